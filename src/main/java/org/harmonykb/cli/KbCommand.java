package org.harmonykb.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The root of {@code bin/kb}. Exit codes: 0 done, 1 failed, 2 wrong usage. What a command found out
 * goes to standard output, everything else to standard error.
 */
@Command(
    name = "kb",
    description = "harmony-kb: answers from your own documents, on your own hardware.",
    mixinStandardHelpOptions = true,
    subcommands = {
      CommandLine.HelpCommand.class,
      BackupCommand.class,
      EngineCommand.class,
      EvalCommand.class,
      HarmonyCommand.class,
      IngestCommand.class,
      RestoreCommand.class
    })
public final class KbCommand {

  /** Returned by {@link #execute} when a server was started that goes on running. */
  public static final int STILL_RUNNING = -1;

  private KbCommand() {}

  /**
   * Runs a command line.
   *
   * @param startServer starts the service with Spring Boot's arguments and returns when it is up
   */
  public static int execute(
      String[] args, Function<String[], ConfigurableApplicationContext> startServer) {
    CommandLine kb =
        new CommandLine(new KbCommand())
            .addSubcommand(new ServeCommand(startServer::apply))
            .addSubcommand(new CheckCommand(startServer));
    Objects.requireNonNull(kb.getSubcommands().get("eval"))
        .addSubcommand(new EvalAnswersCommand(startServer))
        .addSubcommand(new EvalQuestionsCommand(startServer));
    return kb.setExecutionExceptionHandler(
            (exception, commandLine, parsed) -> {
              commandLine.getErr().println("kb: " + describe(exception));
              return CommandLine.ExitCode.SOFTWARE;
            })
        .execute(args);
  }

  private static String describe(Throwable exception) {
    String message = exception.getMessage();
    return message == null ? exception.toString() : message;
  }

  @Command(
      name = "serve",
      description = "Starts the service and its page.",
      mixinStandardHelpOptions = true)
  private static final class ServeCommand implements Callable<Integer> {

    private final Consumer<String[]> startServer;

    @Option(names = "--port", paramLabel = "N", description = "port; 8080 by default")
    private @Nullable Integer port;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "folder of database, index and files; ./data by default")
    private @Nullable String data;

    private ServeCommand(Consumer<String[]> startServer) {
      this.startServer = startServer;
    }

    @Override
    public Integer call() {
      List<String> options = new ArrayList<>();
      if (port != null) {
        options.add("--server.port=" + port);
      }
      if (data != null) {
        options.add("--kb.data-dir=" + data);
      }
      startServer.accept(options.toArray(String[]::new));
      return STILL_RUNNING;
    }
  }
}
