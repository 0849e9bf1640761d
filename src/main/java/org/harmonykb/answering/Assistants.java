package org.harmonykb.answering;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * The assistants: those of {@code assistants/*.yaml}, and what admins made of them. Thread-safe; a
 * change is in force at once, on other instances of the service too.
 */
@Component
public class Assistants {

  public static final String DEFAULT = "default";

  /** An assistant, the YAML that it was read from, and its version; 0 came with the service. */
  record Versioned(Assistant assistant, String yaml, int version) {}

  private final Map<String, Versioned> builtIn = new TreeMap<>();
  private final Map<String, Assistant> parsed = new ConcurrentHashMap<>();
  private final @Nullable AssistantVersions versions;

  @Autowired
  Assistants(AssistantVersions versions) {
    this(versions, true);
  }

  private Assistants(@Nullable AssistantVersions versions, boolean hasDatabase) {
    this.versions = hasDatabase ? versions : null;
    try {
      for (var resource :
          new PathMatchingResourcePatternResolver().getResources("classpath:assistants/*.yaml")) {
        try (InputStream stream = resource.getInputStream()) {
          String yaml = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          Assistant assistant = AssistantYaml.read(yaml);
          builtIn.put(assistant.id(), new Versioned(assistant, yaml, 0));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the assistants", e);
    }
  }

  /** Those that the service brings along, where there is no database. */
  static Assistants builtIn() {
    return new Assistants(null, false);
  }

  public List<Assistant> all() {
    return current().values().stream().map(Versioned::assistant).toList();
  }

  /**
   * @throws InvalidQuestionException if there is none of this name
   */
  public Assistant get(String id) {
    return versioned(id).assistant;
  }

  Versioned versioned(String id) {
    Map<String, Versioned> current = current();
    Versioned found = current.get(id);
    if (found == null) {
      throw new InvalidQuestionException(
          "There is no assistant " + id + "; known are " + String.join(", ", current.keySet()));
    }
    return found;
  }

  @Nullable Versioned builtIn(String id) {
    return builtIn.get(id);
  }

  Map<String, Versioned> current() {
    Map<String, Versioned> current = new TreeMap<>(builtIn);
    if (versions != null) {
      for (AssistantVersions.Version version : versions.latest()) {
        Assistant assistant = parsed.computeIfAbsent(version.yaml(), AssistantYaml::read);
        current.put(version.id(), new Versioned(assistant, version.yaml(), version.version()));
      }
    }
    return current;
  }
}
