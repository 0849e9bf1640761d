package org.harmonykb;

import org.harmonykb.cli.KbCommand;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * Starts the service, or one of the commands of {@code bin/kb} when the first argument names one.
 */
@SpringBootApplication
@EnableScheduling
public class HarmonyKbApplication {

  public static void main(String[] args) {
    boolean isSpringBoot = args.length == 0 || args[0].startsWith("--spring") || args[0].startsWith("--server") || args[0].startsWith("--kb");
    if (isSpringBoot) {
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
