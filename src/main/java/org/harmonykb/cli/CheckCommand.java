package org.harmonykb.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.harmonykb.ingestion.ConsistencyCheck;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares database, files and index of a data folder that no service uses. */
@Command(
    name = "check",
    description =
        "Compares database, files and index; exit code 1 if they disagree. Stop the service first.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {

  private final Function<String[], ConfigurableApplicationContext> startServer;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "data",
      description = "data folder; ./data by default")
  private Path data = Path.of("data");

  @Option(names = "--repair", description = "mends what disagrees; exit code 0 if all could be")
  private boolean repair;

  @Option(names = "--json")
  private boolean json;

  CheckCommand(Function<String[], ConfigurableApplicationContext> startServer) {
    this.startServer = startServer;
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(data.resolve("db"))) {
      throw new IllegalArgumentException(data + " holds no database");
    }
    PrintStream out = System.out;
    System.setOut(System.err); // a library's greeting must not get into the result
    List<ConsistencyCheck.Finding> findings;
    List<ConsistencyCheck.Finding> left;
    try (ConfigurableApplicationContext context = startServer.apply(options())) {
      ConsistencyCheck check = context.getBean(ConsistencyCheck.class);
      findings = repair ? check.repair() : check.find();
      left = repair ? check.find() : findings;
    } finally {
      System.setOut(out);
    }
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("consistent", findings.isEmpty());
      result.put("repaired", repair);
      result.put("findings", findings);
      result.put("left", left);
      out.println(EngineCommand.JSON.writeValueAsString(result));
    } else {
      findings.forEach(
          finding ->
              out.printf(
                  "%s %s: %s; %s%n",
                  finding.kind(),
                  finding.subject(),
                  finding.detail(),
                  (repair ? "did: " : "to do: ") + finding.repair()));
      out.println(
          findings.isEmpty()
              ? "Database, files and index agree."
              : findings.size() + (repair ? " findings, " + left.size() + " left" : " findings"));
    }
    return left.isEmpty() ? 0 : 1;
  }

  /** Nothing runs by itself, nothing is served, no model is loaded. */
  private String[] options() {
    return new String[] {
      "--kb.data-dir=" + data,
      "--kb.model.path=none",
      "--kb.reconcile-at-start=false",
      "--db-scheduler.enabled=false",
      "--server.port=0",
      "--server.address=127.0.0.1",
      "--spring.main.lazy-initialization=true",
      "--spring.main.banner-mode=off"
    };
  }
}
