package org.harmonykb.ingestion;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.faults.Fault;
import org.harmonykb.jobs.Foreground;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Gives passages their vectors, in the background: one run at a time over all instances of the
 * service, with two threads, until nothing waits. They give way to answers and to documents whose
 * words are not in the index yet: one as long as it takes, the other for a while only. Where the
 * work is stands in the database passage by passage, so a killed service goes on there.
 */
@Component
class Embedding {

  private static final Logger LOG = LoggerFactory.getLogger(Embedding.class);

  static final TaskDescriptor<Void> TASK = TaskDescriptor.of("embed");

  private static final int THREADS = 2;
  private static final int BATCH = 16;

  /** Longest time that a batch of one thread gives way: work goes on in the busiest hour. */
  private static final int PATIENCE_WITH_ANSWERS_MS = 5_000;

  private static final int PATIENCE_WITH_UNREAD_MS = 30_000;

  private static final int PAUSE_MS = 250;

  private final DocumentService documents;
  private final PassageStore store;
  private final PassageIndexer indexer;
  private final Preparation preparation;
  private final ObjectProvider<Foreground> foreground;
  private final ObjectProvider<SchedulerClient> scheduler;
  private final Clock clock;
  private final Duration pause;
  private final Set<UUID> taken = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /** Whether what the vectors are written into is away. */
  private volatile boolean postponed;

  Embedding(
      DocumentService documents,
      PassageStore store,
      PassageIndexer indexer,
      Preparation preparation,
      ObjectProvider<Foreground> foreground,
      ObjectProvider<SchedulerClient> scheduler,
      Clock clock,
      @Value("${kb.jobs.pause:10s}") Duration pause) {
    this.pause = pause;
    this.documents = documents;
    this.store = store;
    this.indexer = indexer;
    this.preparation = preparation;
    this.foreground = foreground;
    this.scheduler = scheduler;
    this.clock = clock;
  }

  /** Before the scheduler stops; what runs ends after its batch. */
  @EventListener(ContextClosedEvent.class)
  void onClose() {
    stopping = true;
  }

  /** Has the work begin, unless it runs; after the caller's transaction, so that it sees it. */
  void wake() {
    if (TransactionSynchronizationManager.isSynchronizationActive()) {
      TransactionSynchronizationManager.registerSynchronization(
          new TransactionSynchronization() {
            @Override
            public void afterCommit() {
              wake();
            }
          });
      return;
    }
    scheduler.ifAvailable(
        client -> client.scheduleIfNotExists(TASK.instance("all").build(), clock.instant()));
  }

  /** The scheduler's task. */
  CustomTask<Void> task() {
    return Tasks.custom(TASK)
        .onFailure((complete, operations) -> operations.reschedule(complete, clock.instant()))
        .onDeadExecution((complete, operations) -> operations.reschedule(complete, clock.instant()))
        .execute(
            (instance, context) -> {
              drain();
              return (complete, operations) -> {
                if (stopping || postponed) {
                  operations.reschedule(
                      complete, clock.instant().plus(stopping ? Duration.ZERO : pause));
                  return;
                }
                operations.stop();
                // What came between the last look and the stop found the task still there.
                if (!documents.toEmbed().isEmpty()) {
                  wake();
                }
              };
            });
  }

  private void drain() {
    postponed = false;
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < THREADS; i++) {
      Thread.Builder thread = Thread.ofPlatform().name("embed-" + i);
      threads.add(thread.start(() -> work(true)));
    }
    work(false);
    threads.forEach(Embedding::await);
  }

  /** An interrupt means that the service stops, and then the thread ends by itself. */
  private static void await(Thread thread) {
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * @param isPatient whether it gives way as long as it takes
   */
  private void work(boolean isPatient) {
    for (StoredDocument document = take(); document != null; document = take()) {
      try {
        embed(document, isPatient);
      } catch (RuntimeException e) {
        Fault fault = Fault.of(e);
        if (fault != null && fault.passes()) {
          LOG.warn("Embedding waits: {}", fault, e);
          postponed = true;
          return;
        }
        LOG.warn("Document {} was not embedded", document.id(), e);
        documents.moveTo(
            document.id(),
            document.revision(),
            DocumentState.FAILED,
            "Found by its words only: " + e.getMessage());
      } finally {
        taken.remove(document.id());
      }
    }
  }

  /** Waits while others embed the last ones: more may come, and then all threads are needed. */
  private @Nullable StoredDocument take() {
    while (mayGoOn()) {
      for (StoredDocument document : documents.toEmbed()) {
        if (taken.add(document.id())) {
          return document;
        }
      }
      if (taken.isEmpty() || !pause()) {
        return null;
      }
    }
    return null;
  }

  private void embed(StoredDocument document, boolean isPatient) {
    UUID id = document.id();
    int revision = document.revision();
    while (true) {
      List<StoredPassage> waiting = store.withoutVector(id, revision, BATCH);
      if (waiting.isEmpty()) {
        break;
      }
      giveWay(isPatient);
      List<StoredPassage> embedded = new ArrayList<>();
      for (StoredPassage passage : waiting) {
        if (stopping) {
          return;
        }
        embedded.add(preparation.embed(document.title(), passage));
      }
      store.setVectors(id, revision, embedded);
    }
    documents.holding(
        id,
        current -> {
          if (current.revision() == revision && current.state() == DocumentState.EMBEDDING) {
            indexer.write(current);
            documents.moveTo(id, revision, DocumentState.SEARCHABLE, current.reason());
          }
        });
  }

  private void giveWay(boolean isPatient) {
    for (int waited = 0; mayGoOn(); waited += PAUSE_MS) {
      int longest = patience();
      boolean isOver = longest == 0 || !isPatient && waited >= longest;
      if (isOver || !pause()) {
        return;
      }
    }
  }

  /** Longest time to give way to what goes on now, in milliseconds; 0 where nothing does. */
  private int patience() {
    if (documents.countUnread() > 0) {
      return PATIENCE_WITH_UNREAD_MS;
    }
    return foreground.stream().anyMatch(Foreground::isBusy) ? PATIENCE_WITH_ANSWERS_MS : 0;
  }

  /** False if interrupted. */
  private static boolean pause() {
    try {
      Thread.sleep(PAUSE_MS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean mayGoOn() {
    return !stopping && !postponed;
  }
}
