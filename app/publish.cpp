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
  if (const auto configured = (*store)->configure(catalogue(*config), context.pass_clock()()); !configured) {
    return fail(configured.error());
  }
  const auto written = publish_all(*config, **store);
  if (!written) return fail(written.error());
  std::cout << written->written << " files written, " << written->unchanged << " unchanged, "
            << written->removed << " removed in " << config->output.string() << '\n';
  return Exit::done;
}

}  // namespace tributary::app
