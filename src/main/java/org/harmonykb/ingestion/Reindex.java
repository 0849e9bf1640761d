package org.harmonykb.ingestion;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.RevisionInForce;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobHandler;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Embedder;
import org.harmonykb.retrieval.HybridRetriever;
import org.harmonykb.retrieval.LoggedQuestions;
import org.harmonykb.retrieval.SearchIndex;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads all documents anew into a new index generation, compares it with the live one and switches
 * at the end. Documents that come or go meanwhile are written to both; a failure leaves the live
 * generation and the stored passages untouched. A document that cannot be read any more keeps the
 * passages it has.
 */
@Component
class Reindex implements JobHandler {

  /** The argument that switches however far the generations are apart. */
  static final String FORCE = "force";

  private static final int QUESTIONS = 100;

  private final DocumentService documents;
  private final Preparation preparation;
  private final PassageStore store;
  private final PassageIndexer indexer;
  private final SearchIndex index;
  private final Embedder embedder;
  private final LoggedQuestions questions;
  private final ReindexProperties properties;
  private final TransactionTemplate transaction;
  private final JsonMapper json;

  Reindex(
      DocumentService documents,
      Preparation preparation,
      PassageStore store,
      PassageIndexer indexer,
      SearchIndex index,
      Embedder embedder,
      LoggedQuestions questions,
      ReindexProperties properties,
      TransactionTemplate transaction,
      JsonMapper json) {
    this.documents = documents;
    this.preparation = preparation;
    this.store = store;
    this.indexer = indexer;
    this.index = index;
    this.embedder = embedder;
    this.questions = questions;
    this.properties = properties;
    this.transaction = transaction;
    this.json = json;
  }

  @Override
  public Job.Kind kind() {
    return Job.Kind.REINDEX;
  }

  /** What a re-index found out. */
  record Report(int generation, int documents, int changed, GenerationComparison comparison) {}

  @Override
  public void run(Job job, Progress progress) {
    int before = index.generation();
    index.beginGeneration();
    int number = index.generations().getLast().number();
    store.dropStaged(number);
    try {
      List<StoredDocument> all = documents.list(null, null, null);
      int done = 0;
      int changed = 0;
      progress.report(0, all.size());
      for (StoredDocument document : all) {
        changed += write(number, document, progress) ? 1 : 0;
        progress.report(++done, all.size());
      }
      GenerationComparison comparison =
          GenerationComparison.of(
              questions.latest(QUESTIONS),
              new HybridRetriever(index, embedder, HybridRetriever.FUSION),
              new HybridRetriever(index.newGeneration(), embedder, HybridRetriever.FUSION));
      progress.result(json.writeValueAsString(new Report(number, all.size(), changed, comparison)));
      refuseIfApart(comparison, job.argument());
      index.switchGeneration();
    } catch (RuntimeException e) {
      index.dropGeneration();
      store.dropStaged(number);
      throw e;
    }
    transaction.executeWithoutResult(status -> store.swapStaged(number, before));
  }

  private void refuseIfApart(GenerationComparison comparison, @Nullable String argument) {
    Double overlap = comparison.overlap();
    if (overlap != null && overlap < properties.minOverlap() && !FORCE.equals(argument)) {
      throw new IllegalStateException(
          "The new generation finds only %.0f %% of what the live one finds for the latest %d questions; the live one stays. Retry with force=true to switch all the same"
              .formatted(100 * overlap, comparison.questions()));
    }
  }

  /** Writes a document into the new generation; true if its passages are others than before. */
  private boolean write(int number, StoredDocument listed, Progress progress) {
    List<StoredPassage> known = store.of(listed.id(), listed.revision());
    List<StoredPassage> passages = known.isEmpty() ? known : anew(listed, known, progress);
    boolean isChanged = !isSame(known, passages);
    boolean[] staged = {false};
    documents.holding(
        listed.id(),
        current -> {
          List<Chunk> chunks = new ArrayList<>();
          for (RevisionInForce inForce : documents.inForce(current.id())) {
            int revision = inForce.revision().revision();
            boolean isListed = revision == listed.revision();
            chunks.addAll(
                PassageIndexer.chunks(
                    current, inForce, isListed ? passages : store.of(current.id(), revision)));
            if (isListed && isChanged) {
              store.stage(number, current.id(), revision, passages);
              staged[0] = true;
            }
          }
          if (!chunks.isEmpty()) {
            index.replaceInNewGeneration(current.id(), chunks);
          }
        });
    return staged[0];
  }

  private List<StoredPassage> anew(
      StoredDocument document, List<StoredPassage> known, Progress progress) {
    Preparation.Prepared prepared = null;
    String reason = "no text is found in it";
    try {
      prepared = preparation.prepare(document);
    } catch (UnreadableDocumentException e) {
      reason = String.valueOf(e.getMessage());
    }
    boolean isRead = prepared != null && !prepared.passages().isEmpty();
    if (!isRead) {
      progress.error(
          document.id(),
          document.title(),
          "Cannot be read any more and keeps its passages: " + reason);
    }
    String title = prepared != null && isRead ? prepared.title() : document.title();
    List<StoredPassage> passages = new ArrayList<>();
    for (StoredPassage passage :
        store.withKnownVectors(
            prepared != null && isRead
                ? prepared.passages()
                : preparation.anew(document.title(), known))) {
      passages.add(passage.vector() == null ? preparation.embed(title, passage) : passage);
    }
    return passages;
  }

  private static boolean isSame(List<StoredPassage> some, List<StoredPassage> others) {
    return keys(some).equals(keys(others));
  }

  private static List<String> keys(List<StoredPassage> passages) {
    return passages.stream()
        .map(p -> p.hash() + "\n" + p.page() + "\n" + p.section() + "\n" + p.text())
        .toList();
  }

  /**
   * Makes the previous generation the live one, with the passages that it was made of.
   *
   * @throws IllegalStateException if there is none
   */
  void rollBack() {
    int before = index.generation();
    index.rollBack();
    transaction.executeWithoutResult(status -> store.swapStaged(index.generation(), before));
  }

  /** Ends a switch that a crash interrupted, and drops what belongs to no generation. */
  void settle() {
    List<Integer> kept = index.generations().stream().map(SearchIndex.Generation::number).toList();
    for (int staged : store.stagedGenerations()) {
      if (staged == index.generation()) {
        int before = kept.size() > 1 ? kept.get(1) : 0;
        transaction.executeWithoutResult(status -> store.swapStaged(staged, before));
      }
    }
    for (int staged : store.stagedGenerations()) {
      if (!kept.contains(staged)) {
        store.dropStaged(staged);
      }
    }
  }

  /** Drops the previous generation and the passages that it was made of. */
  void dropPrevious() {
    index.dropPrevious();
    settle();
  }
}
