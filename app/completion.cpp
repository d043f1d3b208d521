#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app/manual.hpp"

namespace tributary::app {
namespace {

struct Word {
  std::string text = {};
  std::string description = {};
  std::vector<std::string> values = {};  ///< the words that may follow; empty: a file, or nothing
  bool takes_value = false;
};
struct Command {
  std::string name = {};
  std::string description = {};
  std::vector<Word> options = {};
};

/// CLI11 names a choice "TEXT:{one,two}".
std::vector<std::string> choices(const std::string& type) {
  const auto open = type.find('{'), close = type.find('}');
  std::vector<std::string> words;
  if (open == std::string::npos || close == std::string::npos) return words;
  std::string word;
  for (const char c : type.substr(open + 1, close - open - 1) + ",") {
    if (c != ',') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

std::vector<Word> options_of(const CLI::App& app) {
  std::vector<Word> words;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) {
      words.push_back({.text = "--" + name,
                       .description = option->get_description(),
                       .values = choices(option->get_type_name()),
                       .takes_value = option->get_items_expected_max() > 0});
    }
  }
  return words;
}

std::vector<Command> commands_of(const CLI::App& cli) {
  std::vector<Command> commands;
  for (const auto* command :
       cli.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); })) {
    commands.push_back({command->get_name(), command->get_description(), options_of(*command)});
  }
  return commands;
}

/// For between single quotes of a shell.
std::string quoted(std::string text) {
  for (auto at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 4))
    text.replace(at, 1, "'\\''");
  return "'" + text + "'";
}

std::string joined(const std::vector<Word>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : " ") + word.text;
  return all;
}

std::string bash(const std::vector<Word>& global, const std::vector<Command>& commands) {
  std::string names, cases, values;
  const auto add_values = [&](const Word& word) {
    if (!word.takes_value) return;
    std::string list;
    for (const auto& value : word.values) list += (list.empty() ? "" : " ") + value;
    const std::string line =
        "    " + word.text + ") COMPREPLY=(" +
        (list.empty() ? "$(compgen -f -- \"$word\")" : "$(compgen -W " + quoted(list) + " -- \"$word\")") +
        "); return ;;\n";
    if (values.find("    " + word.text + ")") == std::string::npos) values += line;
  };
  for (const auto& word : global) add_values(word);
  for (const auto& command : commands) {
    names += (names.empty() ? "" : " ") + command.name;
    cases += "    " + command.name + ") options=" + quoted(joined(command.options)) + " ;;\n";
    for (const auto& word : command.options) add_values(word);
  }
  return "# bash completion of tributary\n_tributary() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= options= i\n"
         "  case $previous in\n" +
         values +
         "  esac\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \" " +
         names +
         " \" in *\" ${COMP_WORDS[i]} \"*) command=${COMP_WORDS[i]}; break ;; esac\n"
         "  done\n"
         "  if [ -z \"$command\" ]; then\n    COMPREPLY=($(compgen -W " +
         quoted(names + " " + joined(global)) + " -- \"$word\"))\n    return\n  fi\n  case $command in\n" +
         cases +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n    COMPREPLY=($(compgen -W \"$options " +
         joined(global) +
         "\" -- \"$word\"))\n  else\n    COMPREPLY=($(compgen -f -- \"$word\"))\n  fi\n}\n"
         "complete -o filenames -F _tributary tributary\n";
}

/// zsh reads ':' and brackets of a specification.
std::string zsh_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_specification(const Word& word) {
  std::string text = word.text + "[" + zsh_escaped(word.description) + "]";
  if (word.takes_value) {
    text += ":value:";
    if (word.values.empty()) {
      text += "_files";
    } else {
      text += "(";
      for (const auto& value : word.values) text += value + " ";
      text.back() = ')';
    }
  }
  return quoted(text);
}

std::string zsh(const std::vector<Word>& global, const std::vector<Command>& commands) {
  std::string text =
      "#compdef tributary\n# zsh completion of tributary\n_tributary() {\n  local -a commands\n  local state "
      "line\n  commands=(\n";
  for (const auto& command : commands)
    text += "    " + quoted(command.name + ":" + zsh_escaped(command.description)) + "\n";
  text += "  )\n  _arguments -C";
  for (const auto& word : global) text += " \\\n    " + zsh_specification(word);
  text +=
      " \\\n    '1:command:->command' \\\n    '*::argument:->argument'\n  case $state in\n"
      "    command) _describe command commands ;;\n    argument)\n      case $line[1] in\n";
  for (const auto& command : commands) {
    text += "        " + command.name + ") _arguments";
    for (const auto& word : command.options) text += " " + zsh_specification(word);
    text += " '*:file:_files' ;;\n";
  }
  return text + "      esac ;;\n  esac\n}\n_tributary \"$@\"\n";
}

std::string fish_option(const Word& word) {
  std::string text = " -l " + word.text.substr(2) + " -d " + quoted(word.description);
  if (!word.takes_value) return text;
  text += " -r";
  if (!word.values.empty()) {
    std::string list;
    for (const auto& value : word.values) list += (list.empty() ? "" : " ") + value;
    text += " -f -a " + quoted(list);
  }
  return text;
}

std::string fish(const std::vector<Word>& global, const std::vector<Command>& commands) {
  std::string text = "# fish completion of tributary\n";
  for (const auto& word : global) text += "complete -c tributary" + fish_option(word) + "\n";
  for (const auto& command : commands) {
    text += "complete -c tributary -n __fish_use_subcommand -f -a " + command.name + " -d " +
            quoted(command.description) + "\n";
    for (const auto& word : command.options) {
      text += "complete -c tributary -n '__fish_seen_subcommand_from " + command.name + "'" +
              fish_option(word) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string completion(const CLI::App& cli, std::string_view shell) {
  const auto global = options_of(cli);
  const auto commands = commands_of(cli);
  if (shell == "bash") return bash(global, commands);
  if (shell == "zsh") return zsh(global, commands);
  if (shell == "fish") return fish(global, commands);
  return {};
}

}  // namespace tributary::app
