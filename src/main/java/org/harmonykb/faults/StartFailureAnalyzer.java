package org.harmonykb.faults;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Says in two sentences why the service does not start, where a disk, the database or another
 * machine is why.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailureAnalyzer implements FailureAnalyzer {

  private final Environment environment;

  StartFailureAnalyzer(Environment environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    Fault fault = Fault.of(failure);
    if (fault == null) {
      return null;
    }
    String data = environment.getProperty("kb.data-dir", "data");
    String database = environment.getProperty("spring.datasource.url", "");
    return switch (fault) {
      case DISK_FULL ->
          new FailureAnalysis(
              "The disk of the data folder " + data + " is full.",
              "Free some space there and start again; nothing was changed.",
              failure);
      case DISK_READ_ONLY ->
          new FailureAnalysis(
              "The data folder " + data + " lies on a disk that cannot be written.",
              "Mount it for writing, or name another folder with kb.data-dir.",
              failure);
      case DATABASE_DOWN ->
          new FailureAnalysis(
              "The database does not answer: " + database,
              "Start it, or correct spring.datasource.url, and start again.",
              failure);
      case SEARCH_DOWN ->
          new FailureAnalysis(
              "The search engine cannot be used: " + rootMessage(failure),
              "Start it, or correct kb.search, and start again.",
              failure);
      case STORAGE_DOWN ->
          new FailureAnalysis(
              "The storage of the documents' files cannot be used: " + rootMessage(failure),
              "Correct kb.storage or the storage's keys, and start again.",
              failure);
    };
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && !(cause instanceof SearchEngineException || cause instanceof StorageException)) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
