package org.harmonykb.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.harmonykb.backup.Backups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "restore",
    description = "Makes a new data folder of a backup, on this machine or another.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init")
final class RestoreCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "data",
      description = "a folder that does not exist or is empty; ./data by default")
  private Path data;

  @Option(names = "--verify", description = "only read the backup and compare its checksums")
  private boolean verify;

  @Parameters(paramLabel = "FILE", description = "the backup")
  private Path file;

  @Override
  public Integer call() {
    print(spec, verify ? Backups.verify(file) : Backups.restore(file, data));
    return 0;
  }

  static void print(CommandSpec spec, Backups.Summary summary) {
    spec.commandLine()
        .getOut()
        .printf(
            "%s: %d files, %d bytes, database version %s, of %s%n",
            summary.file(),
            summary.files(),
            summary.bytes(),
            summary.schema(),
            summary.createdAt());
  }
}
