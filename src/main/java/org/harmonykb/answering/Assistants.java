package org.harmonykb.answering;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

/** The assistants, read from {@code assistants/*.yaml}. */
@Component
public class Assistants {

  public static final String DEFAULT = "default";

  private final Map<String, Assistant> byId = new TreeMap<>();

  Assistants(JsonMapper json) {
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    try {
      for (var resource :
          new PathMatchingResourcePatternResolver().getResources("classpath:assistants/*.yaml")) {
        try (InputStream stream = resource.getInputStream()) {
          Assistant assistant = json.convertValue(yaml.load(stream), Assistant.class);
          byId.put(assistant.id(), assistant);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the assistants", e);
    }
  }

  public List<Assistant> all() {
    return List.copyOf(byId.values());
  }

  /**
   * @throws InvalidQuestionException if there is none of this name
   */
  public Assistant get(String id) {
    Assistant assistant = byId.get(id);
    if (assistant == null) {
      throw new InvalidQuestionException(
          "There is no assistant " + id + "; known are " + String.join(", ", byId.keySet()));
    }
    return assistant;
  }
}
