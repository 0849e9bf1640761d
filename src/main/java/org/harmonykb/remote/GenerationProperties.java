package org.harmonykb.remote;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who writes answers.
 *
 * @param engine a model in this process, or servers that speak OpenAI's API
 */
@ConfigurationProperties("kb.generation")
public record GenerationProperties(
    @DefaultValue("NATIVE") Engine engine, @DefaultValue OpenAi openai) {

  public enum Engine {
    NATIVE,
    OPENAI
  }

  public GenerationProperties {
    if (engine == Engine.OPENAI && openai.backends.isEmpty()) {
      throw new IllegalArgumentException(
          "kb.generation.engine=openai needs kb.generation.openai.backends: base-url and model of at least one server");
    }
  }

  /**
   * Servers and patience.
   *
   * @param backends all with the same model; a conversation stays with one of them
   * @param contextLength tokens of prompt and answer together that every server accepts
   * @param reasoning whether the model thinks first, as gpt-oss does; its effort is sent then
   * @param connectTimeout for a connection
   * @param firstTokenTimeout from the request to its first token, the server's queue included
   * @param stallTimeout between two tokens
   * @param healthInterval between two questions whether a server is there
   */
  public record OpenAi(
      @DefaultValue List<Server> backends,
      @DefaultValue("8192") int contextLength,
      @DefaultValue("true") boolean reasoning,
      @DefaultValue("2s") Duration connectTimeout,
      @DefaultValue("120s") Duration firstTokenTimeout,
      @DefaultValue("30s") Duration stallTimeout,
      @DefaultValue("10s") Duration healthInterval) {

    public OpenAi {
      backends = List.copyOf(backends);
      if (contextLength < 512) {
        throw new IllegalArgumentException(
            "kb.generation.openai.context-length must be at least 512, not " + contextLength);
      }
    }
  }

  /**
   * One server.
   *
   * @param baseUrl what stands before {@code /chat/completions}, such as {@code
   *     http://vllm:8000/v1}
   * @param apiKey sent as a bearer token, or null
   * @param model as the server calls it
   */
  public record Server(String baseUrl, @Nullable String apiKey, String model) {

    @SuppressWarnings({"ConstantValue", "NullAway"}) // what binding leaves out is null
    public Server {
      if (baseUrl == null || model == null || model.isBlank()) {
        throw new IllegalArgumentException(
            "each of kb.generation.openai.backends needs a base-url and a model");
      }
      URI uri = URI.create(baseUrl);
      boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (!isHttp || uri.getHost() == null || uri.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "kb.generation.openai.backends: a base-url is like http://host:8000/v1, not "
                + baseUrl);
      }
      baseUrl = baseUrl.replaceAll("/+$", "");
    }

    /** Without the key. */
    @Override
    public String toString() {
      return model + " at " + baseUrl;
    }
  }
}
