package org.harmonykb.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.harmonykb.backup.Backups;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "backup",
    description =
        "Writes database, index and files into one ZIP file and verifies it. With --url the running service does, into its kb.backup.dir; its API key is read from KB_API_KEY.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init")
final class BackupCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "data",
      description = "data folder of a service that does not run; ./data by default")
  private Path data;

  @Option(names = "--url", paramLabel = "URL", description = "a running service instead")
  private @Nullable URI url;

  @Parameters(arity = "0..1", paramLabel = "FILE", description = "the backup to write")
  private @Nullable Path file;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if ((url == null) == (file == null)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "Give either FILE, or --url for a running service");
    }
    if (url != null) {
      return ask(url);
    }
    RestoreCommand.print(spec, Backups.write(data, file));
    return 0;
  }

  private Integer ask(URI service) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(service.resolve("/api/admin/backup"))
            .POST(HttpRequest.BodyPublishers.noBody());
    String key = System.getenv("KB_API_KEY");
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      boolean isDone = response.statusCode() == 201;
      (isDone ? spec.commandLine().getOut() : spec.commandLine().getErr()).println(response.body());
      return isDone ? 0 : 1;
    }
  }
}
