package org.harmonykb.faults;

import org.apache.tomcat.util.http.InvalidParameterException;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;

/**
 * What a caller reads whose query or form Tomcat cannot take apart: a parameter without a name
 * ({@code ?=1}), a {@code %} that no two hexadecimal digits follow, or more parameters than it
 * takes. Tomcat throws when the first parameter is read, which may be in a filter or in a
 * controller.
 */
public final class UnreadableParameters {

  private static final String DETAIL =
      "A parameter of the request has no name or is not encoded as it should be";

  private UnreadableParameters() {}

  /** A sentence for whoever asked. */
  public static String detail(InvalidParameterException e) {
    return e.getErrorCode() == HttpStatus.BAD_REQUEST.value()
        ? DETAIL
        : String.valueOf(e.getMessage());
  }

  /** The answer as a problem; its status is Tomcat's. */
  public static ProblemDetail problem(InvalidParameterException e) {
    return ProblemDetail.forStatusAndDetail(HttpStatusCode.valueOf(e.getErrorCode()), detail(e));
  }
}
