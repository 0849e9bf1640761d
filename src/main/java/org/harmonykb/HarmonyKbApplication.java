package org.harmonykb;

import java.util.stream.Stream;
import org.harmonykb.cli.KbCommand;
import org.harmonykb.ingestion.ParseWorker;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/**
 * Starts the service, or one of the commands of {@code bin/kb} when the first argument names one.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
public class HarmonyKbApplication {

  static {
    // DJL's tokenizers would tell their maker about each start; see docs/security.md.
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
  }

  public static void main(String[] args) {
    boolean isSpringBoot =
        args.length == 0 || Stream.of("--spring", "--server", "--kb").anyMatch(args[0]::startsWith);
    if (!isSpringBoot && !args[0].equals("serve")) {
      System.setProperty("logback.configurationFile", "logback-cli.xml");
    }
    if (args.length > 0 && args[0].equals(ParseWorker.COMMAND)) {
      ParseWorker.main();
    } else if (isSpringBoot) {
      SpringApplication.run(HarmonyKbApplication.class, args);
    } else {
      int exitCode =
          KbCommand.execute(
              args, options -> SpringApplication.run(HarmonyKbApplication.class, options));
      if (exitCode != KbCommand.STILL_RUNNING) {
        System.exit(exitCode);
      }
    }
  }
}
