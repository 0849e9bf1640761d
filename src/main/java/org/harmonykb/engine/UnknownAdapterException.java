package org.harmonykb.engine;

import java.util.Collection;

/** No adapter of this name is loaded. */
public final class UnknownAdapterException extends EngineException {

  public UnknownAdapterException(String name, Collection<String> known) {
    super(
        "There is no adapter %s; %s"
            .formatted(
                name,
                known.isEmpty() ? "none is loaded" : "loaded are " + String.join(", ", known)));
  }
}
