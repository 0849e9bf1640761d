package org.harmonykb.cli;

import org.harmonykb.engine.MemoryOptions;
import picocli.CommandLine.Option;

/** How much memory a command may use. */
final class MemoryMixin {

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "auto",
      description =
          "memory of the process, such as 6GB; a mixture of experts that needs more is read from disk expert by expert. auto (the default) is what the cgroup or the machine has")
  private String memory = "auto";

  @Option(
      names = "--lock",
      description = "keep mapped weights in memory once they are read, if the system allows it")
  private boolean lock;

  MemoryOptions options() {
    return MemoryOptions.parse(memory).withLocks(lock);
  }
}
