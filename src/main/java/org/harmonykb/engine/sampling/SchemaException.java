package org.harmonykb.engine.sampling;

import org.harmonykb.engine.EngineException;

/** A JSON Schema that cannot be followed while writing; the message names the keyword. */
public final class SchemaException extends EngineException {

  public SchemaException(String message) {
    super(message);
  }
}
