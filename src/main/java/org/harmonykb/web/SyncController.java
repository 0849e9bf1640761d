package org.harmonykb.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.ingestion.SyncService;
import org.harmonykb.ingestion.TooManyDeletionsException;
import org.harmonykb.security.CurrentCaller;
import org.harmonykb.security.ForbiddenException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Where a client that keeps a source in step asks what to send. */
@RestController
@RequestMapping("/api/sync")
class SyncController {

  private static final int MOST = 100_000;

  private final SyncService sync;
  private final DocumentService documents;
  private final CurrentCaller caller;

  SyncController(SyncService sync, DocumentService documents, CurrentCaller caller) {
    this.sync = sync;
    this.documents = documents;
    this.caller = caller;
  }

  record Item(@Nullable String id, @Nullable String sha256) {}

  /**
   * @param items all that the source has
   * @param confirm what a refused request gave
   */
  record SyncRequest(@Nullable List<Item> items, @Nullable String confirm) {}

  /**
   * Deletes what the source does not have any more and tells what to send, by {@code PUT
   * /api/documents/{id}?source=…}.
   *
   * @throws TooManyDeletionsException if much would be deleted; nothing has changed
   */
  @PostMapping("/{source}")
  SyncService.Outcome sync(@PathVariable String source, @RequestBody SyncRequest request) {
    if (request.items == null || request.items.size() > MOST) {
      throw new IllegalArgumentException("items must hold all documents, at most " + MOST);
    }
    Map<String, String> items = new LinkedHashMap<>();
    for (Item item : request.items) {
      if (item == null || item.id == null || item.sha256 == null) {
        throw new IllegalArgumentException("Each item needs an id and a sha256");
      }
      if (items.put(item.id, item.sha256) != null) {
        throw new IllegalArgumentException("Two items have the id " + item.id);
      }
    }
    boolean isOthers =
        documents.ofSource(source).stream()
            .anyMatch(d -> !caller.scope().permits(d.allow(), d.collection()));
    if (isOthers) {
      throw new ForbiddenException(
          "The source " + source + " has documents that you may not change");
    }
    return sync.sync(source, items, request.confirm);
  }
}
