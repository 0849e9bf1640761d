package org.harmonykb.ingestion;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** The passages of any revision that is kept. */
@Service
public class RevisionPassages {

  private final PassageStore store;

  RevisionPassages(PassageStore store) {
    this.store = store;
  }

  /** A passage without its vector. */
  public record RevisionPassage(
      String id,
      int ordinal,
      String section,
      @Nullable Integer page,
      String language,
      String text,
      boolean embedded) {}

  public List<RevisionPassage> of(UUID document, int revision) {
    return store.of(document, revision).stream()
        .map(
            passage ->
                new RevisionPassage(
                    document + ":" + revision + ":" + passage.ordinal(),
                    passage.ordinal(),
                    passage.section(),
                    passage.page(),
                    passage.language(),
                    passage.text(),
                    passage.vector() != null))
        .toList();
  }
}
