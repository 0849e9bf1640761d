package org.harmonykb.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Says no before a controller is reached: problem details, or OpenAI's error object under /v1. */
@Component
class Refusals {

  private final JsonMapper json;

  Refusals(JsonMapper json) {
    this.json = json;
  }

  void write(
      HttpServletRequest request, HttpServletResponse response, HttpStatus status, String detail)
      throws IOException {
    if (response.isCommitted()) {
      return;
    }
    response.setStatus(status.value());
    response.setCharacterEncoding(StandardCharsets.UTF_8);
    if (isOpenAi(request)) {
      response.setContentType(MediaType.APPLICATION_JSON_VALUE);
      Map<String, Object> error = new LinkedHashMap<>();
      error.put("message", detail);
      error.put("type", type(status));
      error.put("param", null);
      error.put("code", status == HttpStatus.UNAUTHORIZED ? "invalid_api_key" : null);
      write(response, Map.of("error", error));
    } else {
      response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
      Map<String, Object> problem = new LinkedHashMap<>();
      problem.put("title", status.getReasonPhrase());
      problem.put("status", status.value());
      problem.put("detail", detail);
      problem.put("instance", request.getRequestURI());
      write(response, problem);
    }
  }

  void retryLater(
      HttpServletRequest request, HttpServletResponse response, long seconds, String detail)
      throws IOException {
    response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, seconds)));
    write(request, response, HttpStatus.TOO_MANY_REQUESTS, detail);
  }

  /** Relative, since a proxy may know this service under another name. */
  static void redirect(HttpServletResponse response, String path) {
    response.setStatus(HttpStatus.FOUND.value());
    response.setHeader(HttpHeaders.LOCATION, path);
  }

  private void write(HttpServletResponse response, Object body) throws IOException {
    response.getOutputStream().write(json.writeValueAsBytes(body));
  }

  static boolean isOpenAi(HttpServletRequest request) {
    return request.getRequestURI().startsWith("/v1/");
  }

  private static String type(HttpStatus status) {
    return switch (status) {
      case UNAUTHORIZED -> "authentication_error";
      case FORBIDDEN -> "permission_error";
      case TOO_MANY_REQUESTS -> "rate_limit_error";
      default -> "invalid_request_error";
    };
  }
}
