package org.harmonykb.openai;

import org.harmonykb.connection.Cancellation;
import org.harmonykb.engine.TokenStream;
import org.jspecify.annotations.Nullable;

/** Something that writes one answer, whoever it is. For one thread at a time. */
interface Writer {

  /** Takes a place in the queue, so that a full one is told before the first byte. */
  default void begin() {}

  Written write(Cancellation cancellation, Written.Sink sink);

  /** The plain model. */
  final class Model implements Writer {
    private final ModelWriter models;
    private final ModelWriter.Job job;
    private @Nullable TokenStream begun;

    Model(ModelWriter models, ModelWriter.Job job) {
      this.models = models;
      this.job = job;
    }

    @Override
    public void begin() {
      begun = models.begin(job);
    }

    @Override
    public Written write(Cancellation cancellation, Written.Sink sink) {
      TokenStream stream = begun == null ? models.begin(job) : begun;
      return models.write(job, stream, cancellation, sink);
    }
  }
}
