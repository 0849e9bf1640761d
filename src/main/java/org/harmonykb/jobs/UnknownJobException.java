package org.harmonykb.jobs;

import java.util.UUID;

/** There is no job with this id. */
public final class UnknownJobException extends RuntimeException {

  public UnknownJobException(UUID id) {
    super("There is no job " + id);
  }
}
