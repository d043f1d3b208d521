#include <iostream>

#include "app/commands.hpp"
#include "app/pipeline.hpp"
#include "app/publication.hpp"

namespace tributary::app {

int publish(const Context& context) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  auto store = store::open(config->store, store::Access::write);
  if (!store) return fail(store.error());
  const Timestamp now = context.pass_clock()();
  if (const auto configured = (*store)->configure(catalogue(*config), now); !configured) {
    return fail(configured.error());
  }
  const auto written = publish_site(*config, **store, now, Scope::all);
  if (!written) return fail(written.error());
  std::cout << written->written << " files written, " << written->unchanged << " unchanged, "
            << written->removed << " removed in " << config->output.string() << '\n';
  return Exit::done;
}

}  // namespace tributary::app
