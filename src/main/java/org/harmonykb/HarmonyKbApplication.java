package org.harmonykb;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class HarmonyKbApplication {
  public static void main(String[] args) {
    SpringApplication.run(HarmonyKbApplication.class, args);
  }
}
