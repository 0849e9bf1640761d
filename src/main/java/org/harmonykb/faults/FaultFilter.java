package org.harmonykb.faults;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers for what fails before a controller is reached: sessions and API keys are looked up in the
 * database too.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class FaultFilter extends OncePerRequestFilter {

  private static final Logger LOG = LoggerFactory.getLogger(FaultFilter.class);

  private final JsonMapper json;

  FaultFilter(JsonMapper json) {
    this.json = json;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      chain.doFilter(request, response);
    } catch (InvalidParameterException e) {
      if (response.isCommitted()) {
        throw e;
      }
      write(response, ResponseEntity.of(UnreadableParameters.problem(e)).build());
    } catch (ServletException | IOException | RuntimeException e) {
      Fault fault = Fault.of(e);
      if (fault == null || response.isCommitted()) {
        throw e;
      }
      LOG.warn("{}: {}", fault, String.valueOf(e.getMessage()));
      write(response, fault.response(e));
    }
  }

  private void write(HttpServletResponse response, ResponseEntity<ProblemDetail> answer)
      throws IOException {
    response.reset();
    response.setStatus(answer.getStatusCode().value());
    answer.getHeaders().forEach((name, values) -> response.setHeader(name, values.getFirst()));
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    response.getOutputStream().write(json.writeValueAsBytes(answer.getBody()));
  }
}
