package org.harmonykb.ingestion;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.harmonykb.documents.DocumentRemoval;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.documents.UnknownDocumentException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Keeps the documents of a source in step with what the source says it has. Documents that a source
 * does not name any more are deleted; those that somebody removed by hand are not asked for again
 * until their content changes.
 */
@Service
public class SyncService {

  /** What a source may be called. */
  static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

  private final DocumentService documents;
  private final DocumentRemoval removal;
  private final SyncProperties properties;

  SyncService(DocumentService documents, DocumentRemoval removal, SyncProperties properties) {
    this.documents = documents;
    this.removal = removal;
    this.properties = properties;
  }

  /**
   * What a run came to, by external ids.
   *
   * @param send new or other content, to be sent
   * @param deleted what the source does not name any more
   * @param removed what somebody removed by hand; not asked for
   * @param taken what belongs to another source; left alone
   */
  public record Outcome(
      List<String> send,
      List<String> deleted,
      int unchanged,
      List<String> removed,
      List<String> taken) {}

  /**
   * Compares and deletes.
   *
   * @param items SHA-256 of each content by its external id; all that the source has
   * @param confirmation what a refused run gave, or null
   * @throws TooManyDeletionsException if too large a share would be deleted; nothing has changed
   * @throws IllegalArgumentException if the source or an item is not named well
   */
  public Outcome sync(String source, Map<String, String> items, @Nullable String confirmation) {
    if (!source.matches(NAME)) {
      throw new IllegalArgumentException(
          "A source is named with letters, digits, dots, dashes and underscores, at most 100");
    }
    items.forEach(
        (id, sha256) -> {
          if (id.isBlank() || id.length() > 500 || !sha256.matches("[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException(
                "An item needs an id of 1 to 500 characters and a SHA-256 in hexadecimal: " + id);
          }
        });
    List<StoredDocument> own = documents.ofSource(source);
    List<StoredDocument> gone =
        own.stream().filter(document -> !items.containsKey(document.externalId())).toList();
    askFirst(source, own.size(), gone, confirmation);
    List<String> send = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    List<String> taken = new ArrayList<>();
    int unchanged = 0;
    for (Map.Entry<String, String> item : items.entrySet()) {
      String id = item.getKey();
      StoredDocument document = documents.findByExternalId(id).orElse(null);
      if (document != null && document.source() != null && !document.source().equals(source)) {
        taken.add(id);
      } else if (document != null && document.sha256().equalsIgnoreCase(item.getValue())) {
        if (document.source() == null) {
          documents.adopt(document.id(), source);
        }
        unchanged++;
      } else if (document == null
          && removal.wasRemoved(id, item.getValue().toLowerCase(Locale.ROOT))) {
        removed.add(id);
      } else {
        send.add(id);
      }
    }
    List<String> deleted = new ArrayList<>();
    for (StoredDocument document : gone) {
      try {
        removal.remove(document.id(), false);
        deleted.add(document.externalId());
      } catch (UnknownDocumentException e) {
        // Somebody else was faster.
      }
    }
    return new Outcome(send, deleted, unchanged, removed, taken);
  }

  private void askFirst(
      String source, int documents, List<StoredDocument> gone, @Nullable String confirmation) {
    boolean isMuch =
        gone.size() > properties.fewDeletions()
            && gone.size() > properties.maxDeletions() * documents;
    String token = token(gone);
    if (isMuch && !token.equals(confirmation)) {
      throw new TooManyDeletionsException(source, gone.size(), documents, token);
    }
  }

  /** Says which documents it is about, so that it confirms these and no others. */
  private static String token(List<StoredDocument> gone) {
    String ids =
        gone.stream()
            .map(StoredDocument::id)
            .map(UUID::toString)
            .sorted()
            .collect(Collectors.joining("\n"));
    return DocumentService.sha256(ids.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
  }
}
