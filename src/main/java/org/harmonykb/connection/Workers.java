package org.harmonykb.connection;

import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Threads that go on with a request's trace and question id. */
public final class Workers {

  private static final ContextSnapshotFactory TRACE =
      ContextSnapshotFactory.builder()
          .captureKeyPredicate(ObservationThreadLocalAccessor.KEY::equals)
          .build();

  private Workers() {}

  /** Starts a virtual thread. */
  public static void start(String name, Runnable work) {
    String question = MDC.get(QuestionIdFilter.MDC_KEY);
    Runnable traced = TRACE.captureAll().wrap(() -> run(question, work));
    Thread.ofVirtual().name(name).start(traced);
  }

  private static void run(@Nullable String question, Runnable work) {
    if (question != null) {
      MDC.put(QuestionIdFilter.MDC_KEY, question);
    }
    work.run();
  }
}
