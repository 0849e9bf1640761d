package org.harmonykb.web;

import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody with a session of their own, or a machine with an API key. */
final class Person {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String BOUNDARY = "----person";

  private final CookieManager cookies = new CookieManager();
  private final HttpClient http = HttpClient.newBuilder().cookieHandler(cookies).build();
  private final int port;
  private final @Nullable String key;

  Person(int port) {
    this(port, null);
  }

  Person(int port, @Nullable String key) {
    this.port = port;
    this.key = key;
  }

  record Reply(HttpResponse<byte[]> response) {

    int status() {
      return response.statusCode();
    }

    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    JsonNode json() {
      return JSON.readTree(response.body());
    }
  }

  static Person signedIn(int port, String name, String password) throws Exception {
    Person person = new Person(port);
    Reply reply = person.post("/api/login", Map.of("name", name, "password", password));
    if (reply.status() != 200) {
      throw new AssertionError(name + " cannot sign in: " + reply.text());
    }
    return person;
  }

  CookieManager cookies() {
    return cookies;
  }

  Reply get(String path) throws Exception {
    return send(request(path).GET());
  }

  Reply post(String path, Object body) throws Exception {
    return send("POST", path, body);
  }

  Reply delete(String path) throws Exception {
    return send(request(path).DELETE());
  }

  Reply send(String method, String path, @Nullable Object body) throws Exception {
    HttpRequest.Builder request = request(path);
    if (body == null) {
      return send(request.method(method, BodyPublishers.noBody()));
    }
    return send(
        request
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body))));
  }

  Reply upload(String name, String content, Map<String, String> fields) throws Exception {
    StringBuilder form = new StringBuilder();
    fields.forEach(
        (field, value) ->
            form.append("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"")
                .append(field)
                .append("\"\r\n\r\n")
                .append(value)
                .append("\r\n"));
    form.append("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"")
        .append(name)
        .append("\"\r\n\r\n")
        .append(content)
        .append("\r\n--" + BOUNDARY + "--\r\n");
    return send(
        request("/api/documents")
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(BodyPublishers.ofString(form.toString())));
  }

  HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .timeout(Duration.ofMinutes(2));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return request;
  }

  Reply send(HttpRequest.Builder request) throws Exception {
    return new Reply(http.send(request.build(), BodyHandlers.ofByteArray()));
  }
}
