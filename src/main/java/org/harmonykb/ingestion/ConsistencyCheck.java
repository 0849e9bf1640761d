package org.harmonykb.ingestion;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.harmonykb.documents.DocumentRemoval;
import org.harmonykb.documents.DocumentRevision;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.IngestionQueue;
import org.harmonykb.documents.RemovedDocument;
import org.harmonykb.documents.RevisionInForce;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.faults.StorageException;
import org.harmonykb.jobs.JobService;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.storage.StoredFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Whether database, files and index agree, and what to do where they do not. The database is right:
 * what the index or the disk has beyond it goes, what they lack is made again.
 */
@Component
public class ConsistencyCheck {

  private static final Logger LOG = LoggerFactory.getLogger(ConsistencyCheck.class);

  /** Longer than another replica takes from storing a file to the commit that names it. */
  private static final Duration UPLOAD = Duration.ofHours(1);

  /** What can disagree. */
  public enum Kind {
    /** A removal began and did not end. */
    REMOVAL_INTERRUPTED,
    /** The index answers with a document that there is not. */
    INDEX_HAS_NO_DOCUMENT,
    /** The index lacks passages of a document, or has others. */
    INDEX_DIFFERS,
    /** A revision's file is missing or has another size. */
    FILE_MISSING,
    /** Not one of many files is there: the service looks in the wrong place. */
    ALL_FILES_MISSING,
    /** A file belongs to no revision. */
    FILE_OF_NOTHING,
    /** A document is on its way and no job takes it there. */
    DOCUMENT_WAITS_FOR_NOTHING,
    /** Readable content whose passages the database lacks. */
    PASSAGES_MISSING
  }

  /**
   * Something that disagrees.
   *
   * @param subject the document's or file's id
   * @param repair what mends it
   */
  public record Finding(Kind kind, String subject, String detail, String repair) {}

  /** A finding and its repair. */
  private record Disagreement(Finding finding, Runnable repair) {}

  private final DocumentService documents;
  private final DocumentRemoval removal;
  private final PassageIndexer indexer;
  private final Reindex reindex;
  private final SearchIndex index;
  private final JobService jobs;
  private final IngestionQueue queue;
  private final Clock clock;

  /** Files that were written before this moment and that nothing names are no upload's. */
  private final Instant uploadsBefore;

  ConsistencyCheck(
      DocumentService documents,
      DocumentRemoval removal,
      PassageIndexer indexer,
      Reindex reindex,
      SearchIndex index,
      JobService jobs,
      IngestionQueue queue,
      Clock clock,
      @Value("${spring.datasource.url}") String database) {
    this.documents = documents;
    this.removal = removal;
    this.indexer = indexer;
    this.reindex = reindex;
    this.index = index;
    this.jobs = jobs;
    this.queue = queue;
    this.clock = clock;
    boolean isAlone = database.startsWith("jdbc:h2:") && documents.hasFilesOnDisk();
    this.uploadsBefore = isAlone ? clock.instant() : clock.instant().minus(UPLOAD);
  }

  /**
   * What disagrees; what only seems to, because it changes in this moment, is left out.
   *
   * @throws StorageException if the files cannot be listed
   */
  public List<Finding> find() {
    return lasting(false).stream().map(Disagreement::finding).toList();
  }

  /**
   * Mends what disagrees and tells what it was; files stay as they are if their storage is away.
   */
  public List<Finding> repair() {
    removal.finishInterrupted();
    reindex.settle();
    List<Disagreement> all = lasting(true);
    all.forEach(disagreement -> disagreement.repair.run());
    return all.stream().map(Disagreement::finding).toList();
  }

  private List<Disagreement> lasting(boolean mayMissFiles) {
    List<Disagreement> first = look(mayMissFiles);
    if (first.isEmpty()) {
      return first;
    }
    Set<String> before = first.stream().map(ConsistencyCheck::key).collect(Collectors.toSet());
    return look(mayMissFiles).stream().filter(d -> before.contains(key(d))).toList();
  }

  private static String key(Disagreement disagreement) {
    return disagreement.finding.kind + " " + disagreement.finding.subject;
  }

  private List<Disagreement> look(boolean mayMissFiles) {
    List<Disagreement> found = new ArrayList<>();
    Map<UUID, StoredDocument> known = new LinkedHashMap<>();
    // The index first: what comes in meanwhile is then known to the database.
    Map<UUID, Map<Integer, Integer>> contents = index.contents();
    documents.list(null, null, null).forEach(document -> known.put(document.id(), document));
    Map<UUID, List<DocumentRevision>> revisions =
        documents.allRevisions().stream()
            .collect(Collectors.groupingBy(DocumentRevision::documentId));
    for (RemovedDocument removed : removal.interrupted()) {
      found.add(
          new Disagreement(
              new Finding(
                  Kind.REMOVAL_INTERRUPTED,
                  removed.id().toString(),
                  "its removal was interrupted",
                  "end the removal"),
              removal::finishInterrupted));
    }
    index(known, revisions, contents, found);
    try {
      Map<String, StoredFile> files = documents.storedFiles();
      files(known, revisions, files, found);
      unfinished(known, files, found);
    } catch (StorageException e) {
      if (!mayMissFiles) {
        throw e;
      }
      LOG.warn("Files could not be compared with the database", e);
    }
    return found;
  }

  private void index(
      Map<UUID, StoredDocument> known,
      Map<UUID, List<DocumentRevision>> revisions,
      Map<UUID, Map<Integer, Integer>> contents,
      List<Disagreement> found) {
    for (UUID id : contents.keySet()) {
      if (!known.containsKey(id)) {
        found.add(
            new Disagreement(
                new Finding(
                    Kind.INDEX_HAS_NO_DOCUMENT,
                    id.toString(),
                    "the index has passages of it, the database does not know it",
                    "remove it from the index"),
                () -> {
                  if (documents.find(id).isEmpty()) {
                    index.delete(id);
                  }
                }));
      }
    }
    LocalDate today = LocalDate.now(clock);
    for (StoredDocument document : known.values()) {
      List<DocumentRevision> all = revisions.getOrDefault(document.id(), List.of());
      Map<Integer, Integer> wanted = new HashMap<>();
      RevisionInForce.of(all, today)
          .forEach(r -> wanted.put(r.revision().revision(), r.revision().passages()));
      Map<Integer, Integer> actual = contents.getOrDefault(document.id(), Map.of());
      // Revisions whose time is over leave the index with the next purge; filters hold them back.
      boolean differs =
          !actual.entrySet().containsAll(wanted.entrySet())
              || actual.keySet().stream()
                  .anyMatch(
                      revision ->
                          !wanted.containsKey(revision)
                              && all.stream()
                                  .noneMatch(r -> r.revision() == revision && r.passages() > 0));
      boolean isUnread =
          document.state() == DocumentState.SEARCHABLE
              && document.passages() > 0
              && all.stream()
                  .noneMatch(r -> r.revision() == document.revision() && r.passages() > 0);
      if (isUnread) {
        found.add(
            new Disagreement(
                new Finding(
                    Kind.PASSAGES_MISSING,
                    document.id().toString(),
                    document.title() + " was read by an older version",
                    "read it again"),
                () -> documents.retry(document.id())));
      } else if (differs) {
        found.add(
            new Disagreement(
                new Finding(
                    Kind.INDEX_DIFFERS,
                    document.id().toString(),
                    "%s: passages by revision are %s in the database and %s in the index"
                        .formatted(document.title(), wanted, actual),
                    "write it into the index again"),
                () -> indexer.write(document.id())));
      }
    }
  }

  private void files(
      Map<UUID, StoredDocument> known,
      Map<UUID, List<DocumentRevision>> revisions,
      Map<String, StoredFile> files,
      List<Disagreement> found) {
    long wanted = revisions.values().stream().mapToLong(List::size).sum();
    if (files.isEmpty() && wanted > 1) {
      found.add(
          new Disagreement(
              new Finding(
                  Kind.ALL_FILES_MISSING,
                  documents.placeOfFiles(),
                  "none of the %d files is there".formatted(wanted),
                  "correct kb.storage, or copy the files there; nothing is changed"),
              () -> {}));
      return;
    }
    Set<String> used = new HashSet<>();
    for (List<DocumentRevision> all : revisions.values()) {
      for (DocumentRevision revision : all) {
        used.add(revision.storedAs());
        StoredFile file = files.get(revision.storedAs());
        StoredDocument document = known.get(revision.documentId());
        if (document != null && (file == null || file.size() != revision.sizeBytes())) {
          found.add(missing(document, revision, file));
        }
      }
    }
    known.values().forEach(document -> used.add(document.storedAs()));
    files.forEach(
        (name, file) -> {
          // An upload that is not committed yet has a file already.
          if (!used.contains(name) && file.modifiedAt().isBefore(uploadsBefore)) {
            found.add(
                new Disagreement(
                    new Finding(
                        Kind.FILE_OF_NOTHING,
                        name,
                        "a stored file that no revision names",
                        "delete it"),
                    () -> documents.deleteStoredFile(name)));
          }
        });
  }

  private Disagreement missing(
      StoredDocument document, DocumentRevision revision, @Nullable StoredFile file) {
    boolean isCurrent = document.revision() == revision.revision();
    return new Disagreement(
        new Finding(
            Kind.FILE_MISSING,
            document.id() + ":" + revision.revision(),
            "%s, revision %d: its file %s"
                .formatted(
                    document.title(),
                    revision.revision(),
                    file == null ? "is missing" : "has another size"),
            isCurrent ? "say so in its state; upload it again" : "purge the revision"),
        () -> {
          if (isCurrent) {
            documents.moveTo(
                document.id(),
                revision.revision(),
                DocumentState.FAILED,
                "Its file is missing or damaged on disk; upload it again");
          } else {
            documents.purge(document.id(), revision.revision());
          }
        });
  }

  private void unfinished(
      Map<UUID, StoredDocument> known, Map<String, StoredFile> files, List<Disagreement> found) {
    Set<UUID> inWork = new HashSet<>(jobs.documentsInWork());
    for (StoredDocument document : known.values()) {
      boolean waits = !document.state().isFinal() && document.state() != DocumentState.EMBEDDING;
      if (waits && !inWork.contains(document.id()) && files.containsKey(document.storedAs())) {
        found.add(
            new Disagreement(
                new Finding(
                    Kind.DOCUMENT_WAITS_FOR_NOTHING,
                    document.id().toString(),
                    "%s is %s and no job works on it".formatted(document.title(), document.state()),
                    "queue it again"),
                () -> queue.enqueue(document.id())));
      }
    }
  }
}
