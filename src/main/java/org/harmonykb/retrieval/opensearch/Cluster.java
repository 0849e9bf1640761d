package org.harmonykb.retrieval.opensearch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.util.Timeout;
import org.harmonykb.faults.SearchEngineException;
import org.harmonykb.retrieval.SearchProperties;
import org.opensearch.client.Request;
import org.opensearch.client.Response;
import org.opensearch.client.ResponseException;
import org.opensearch.client.RestClient;
import org.opensearch.client.RestClientBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests to a cluster; a node that does not answer gives way to another. Thread-safe. */
final class Cluster implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final RestClient client;
  private final String urls;

  Cluster(SearchProperties.OpenSearch properties) {
    HttpHost[] hosts =
        properties.urls().stream()
            .map(URI::create)
            .map(uri -> new HttpHost(uri.getScheme(), uri.getHost(), uri.getPort()))
            .toArray(HttpHost[]::new);
    Timeout patience = Timeout.of(properties.timeout());
    RestClientBuilder builder =
        RestClient.builder(hosts)
            // Newer HTTP clients unpack answers, and so does the REST client: one is enough.
            .setHttpClientConfigCallback(HttpAsyncClientBuilder::disableContentCompression)
            .setRequestConfigCallback(config -> config.setResponseTimeout(patience));
    if (!properties.username().isEmpty()) {
      String pair = properties.username() + ":" + properties.password();
      String basic = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
      builder.setDefaultHeaders(new Header[] {new BasicHeader("Authorization", "Basic " + basic)});
    }
    client = builder.build();
    urls = String.join(", ", properties.urls());
  }

  static String json(Object value) {
    return JSON.writeValueAsString(value);
  }

  JsonNode get(String path) {
    return send(new Request("GET", path));
  }

  JsonNode post(String path, Object body) {
    return send("POST", path, json(body));
  }

  JsonNode put(String path, Object body) {
    return send("PUT", path, json(body));
  }

  JsonNode delete(String path) {
    return send(new Request("DELETE", path));
  }

  /**
   * @param body JSON, or lines of it
   */
  JsonNode send(String method, String path, String body) {
    Request request = new Request(method, path);
    request.setJsonEntity(body);
    return send(request);
  }

  private JsonNode send(Request request) {
    try {
      Response response = client.performRequest(request);
      try (InputStream content = response.getEntity().getContent()) {
        return JSON.readTree(content);
      }
    } catch (ResponseException e) {
      int status = e.getResponse().getStatusLine().getStatusCode();
      throw new RefusedException(status, "OpenSearch refused: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new SearchEngineException(
          "OpenSearch at %s cannot be used: %s".formatted(urls, e.getMessage()), e);
    }
  }

  /** The cluster answered with an error. */
  static final class RefusedException extends SearchEngineException {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedException(int status, String message, IOException cause) {
      super(message, cause);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the connections to OpenSearch", e);
    }
  }
}
