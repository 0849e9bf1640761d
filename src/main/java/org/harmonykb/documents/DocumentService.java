package org.harmonykb.documents;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.tika.detect.Detector;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MimeTypes;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.storage.FileStore;
import org.harmonykb.storage.StoredFile;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.Sort;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Takes documents in and tells about them; see {@link DocumentRemoval} for their end. */
@Service
public class DocumentService {

  /** A container's type is found out when it is read. */
  private static final Set<String> CONTAINERS =
      Set.of("application/zip", "application/x-tika-msoffice", "application/x-tika-ooxml");

  private static final Set<String> MEDIA_TYPES =
      Set.of(
          "application/pdf",
          "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
          "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
          "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
          "application/vnd.openxmlformats-officedocument.presentationml.presentation",
          "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
          "application/vnd.ms-word.document.macroenabled.12",
          "application/vnd.ms-excel.sheet.macroenabled.12",
          "application/vnd.ms-powerpoint.presentation.macroenabled.12",
          "application/msword",
          "application/vnd.ms-excel",
          "application/vnd.ms-powerpoint",
          "application/vnd.oasis.opendocument.text",
          "application/vnd.oasis.opendocument.spreadsheet",
          "application/vnd.oasis.opendocument.presentation",
          "application/rtf",
          "application/xhtml+xml",
          "text/html",
          "text/markdown",
          "text/x-web-markdown",
          "text/plain",
          "text/csv",
          "text/tab-separated-values",
          "message/rfc822");

  private static final List<DocumentState> ON_THEIR_WAY =
      List.of(
          DocumentState.RECEIVED,
          DocumentState.PARSING,
          DocumentState.EMBEDDING,
          DocumentState.INDEXING);

  /** Times that two first uploads of one document may meet. */
  private static final int ATTEMPTS = 3;

  private final Documents documents;
  private final Revisions revisions;
  private final FileStore files;
  private final FileRemoval fileRemoval;
  private final DocumentRemoval removal;
  private final IngestionQueue queue;
  private final TransactionTemplate transaction;
  private final Clock clock;

  /** By first bytes and name alone: nothing is opened before the reading process does it. */
  private final Detector detector = MimeTypes.getDefaultMimeTypes();

  DocumentService(
      Documents documents,
      Revisions revisions,
      FileStore files,
      FileRemoval fileRemoval,
      DocumentRemoval removal,
      IngestionQueue queue,
      TransactionTemplate transaction,
      Clock clock) {
    this.documents = documents;
    this.revisions = revisions;
    this.files = files;
    this.fileRemoval = fileRemoval;
    this.removal = removal;
    this.queue = queue;
    this.transaction = transaction;
    this.clock = clock;
  }

  /**
   * Takes a file in: the file, its row and its job are there when this returns. The same content
   * under the same external id makes no new revision; where it comes with another collection, other
   * readers or days, these hold at once.
   *
   * @throws RefusedFileException if the file cannot become a document
   */
  public StoredDocument accept(IncomingFile file) {
    return acceptAll(() -> Stream.of(file)).getFirst();
  }

  private StoredDocument acceptOne(IncomingFile file) {
    String mediaType = checked(file);
    String sha256 = sha256(file.content());
    StoredDocument document =
        documents
            .findLockedByExternalId(file.externalId())
            .orElseGet(
                () -> new StoredDocument(UUID.randomUUID(), file.externalId(), clock.instant()));
    boolean hasTerms = document.revision() > 0 && document.hasTermsOf(file);
    if (document.sha256().equals(sha256)) {
      if (!hasTerms) {
        document.takeTerms(file, clock.instant());
        documents.saveAndFlush(document);
        revisions.update(document);
        queue.refresh(document);
      }
      if (document.state() == DocumentState.FAILED) {
        retry(document);
      }
      return document;
    }
    boolean wasThere = document.revision() > 0;
    String storedAs = files.store(file.content());
    onRollback(() -> fileRemoval.discard(storedAs));
    document.receive(file, mediaType, sha256, file.content().length, storedAs, clock.instant());
    documents.saveAndFlush(document);
    revisions.add(document);
    removal.allow(file.externalId());
    if (wasThere && !hasTerms) {
      queue.refresh(document); // what answers until the new content is read
    }
    queue.enqueue(document.id());
    return document;
  }

  /** The file's media type. */
  private String checked(IncomingFile file) {
    if (file.content().length == 0) {
      throw new RefusedFileException(
          RefusedFileException.Kind.EMPTY, "The file " + file.filename() + " is empty");
    }
    if (file.externalId().isBlank()
        || file.externalId().length() > 500
        || file.filename().length() > 500) {
      throw new RefusedFileException(
          RefusedFileException.Kind.BAD_NAME,
          "A document's id and file name need 1 to 500 characters");
    }
    if (file.collection().isBlank() || file.collection().length() > 100) {
      throw new RefusedFileException(
          RefusedFileException.Kind.BAD_NAME, "A collection's name needs 1 to 100 characters");
    }
    if (file.effectiveFrom() != null
        && file.effectiveTo() != null
        && file.effectiveTo().isBefore(file.effectiveFrom())) {
      throw new RefusedFileException(
          RefusedFileException.Kind.BAD_DATES,
          "effectiveTo %s is before effectiveFrom %s"
              .formatted(file.effectiveTo(), file.effectiveFrom()));
    }
    String mediaType = mediaType(file);
    if (!MEDIA_TYPES.contains(mediaType) && !CONTAINERS.contains(mediaType)) {
      throw new RefusedFileException(
          RefusedFileException.Kind.UNSUPPORTED,
          "The file %s is %s; PDF, Word, Excel, PowerPoint, OpenDocument, HTML, Markdown, text, CSV, EML and ZIP can be read"
              .formatted(file.filename(), mediaType));
    }
    return mediaType;
  }

  /**
   * Takes several files in, or none of them: a refused one undoes those before it.
   *
   * @param incoming read one by one, so that only one content is in memory; asked for again where
   *     somebody else took one of them in at the same time
   * @throws RefusedFileException if one of the files cannot become a document
   */
  public List<StoredDocument> acceptAll(Supplier<Stream<IncomingFile>> incoming) {
    for (int attempt = 1; ; attempt++) {
      try {
        return Objects.requireNonNull(
            transaction.execute(status -> incoming.get().map(this::acceptOne).toList()));
      } catch (DataIntegrityViolationException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Has a document read again that failed, or whose reading was cancelled.
   *
   * @throws UnknownDocumentException if there is none
   */
  public StoredDocument retry(UUID id) {
    return Objects.requireNonNull(
        transaction.execute(
            status -> {
              StoredDocument document =
                  documents.findLocked(id).orElseThrow(() -> new UnknownDocumentException(id));
              retry(document);
              return document;
            }));
  }

  private void retry(StoredDocument document) {
    document.moveTo(DocumentState.RECEIVED, null, clock.instant());
    documents.saveAndFlush(document);
    queue.enqueue(document.id());
  }

  /** All documents that fit and may be read, the latest first. */
  @Transactional(readOnly = true)
  public List<StoredDocument> list(
      @Nullable DocumentState state,
      @Nullable String collection,
      @Nullable String text,
      AccessScope scope) {
    return list(state, collection, text).stream()
        .filter(d -> scope.permits(d.allow(), d.collection()))
        .toList();
  }

  /** All documents that fit, the latest first. */
  @Transactional(readOnly = true)
  public List<StoredDocument> list(
      @Nullable DocumentState state, @Nullable String collection, @Nullable String text) {
    String wanted = text == null ? "" : text.toLowerCase(Locale.ROOT);
    return documents.findAll(Sort.by("updatedAt").descending()).stream()
        .filter(d -> state == null || d.state() == state)
        .filter(d -> collection == null || d.collection().equals(collection))
        .filter(
            d ->
                d.title().toLowerCase(Locale.ROOT).contains(wanted)
                    || d.externalId().toLowerCase(Locale.ROOT).contains(wanted))
        .toList();
  }

  /**
   * @throws UnknownDocumentException if there is none
   */
  public StoredDocument get(UUID id) {
    return documents.findById(id).orElseThrow(() -> new UnknownDocumentException(id));
  }

  public Optional<StoredDocument> find(UUID id) {
    return documents.findById(id);
  }

  /** Whether there is such a document and somebody may read it. */
  public boolean isReadable(UUID id, AccessScope scope) {
    return documents
        .findById(id)
        .filter(document -> scope.permits(document.allow(), document.collection()))
        .isPresent();
  }

  public Optional<StoredDocument> findByExternalId(String externalId) {
    return documents.findByExternalId(externalId);
  }

  /** Other documents with the same content, the oldest first. */
  @Transactional(readOnly = true)
  public List<StoredDocument> sameContent(StoredDocument document) {
    return documents.findBySha256OrderByCreatedAt(document.sha256()).stream()
        .filter(other -> !other.id().equals(document.id()))
        .toList();
  }

  /** What a watched folder or client keeps in step. */
  @Transactional(readOnly = true)
  public List<StoredDocument> ofSource(String source) {
    return documents.findBySource(source);
  }

  /** Has a source keep a document in step from now on. */
  @Transactional
  public void adopt(UUID id, String source) {
    documents.findLocked(id).ifPresent(document -> document.belongTo(source));
  }

  /** A document's revisions, the newest first. */
  @Transactional(readOnly = true)
  public List<DocumentRevision> revisions(UUID id) {
    return revisions.of(get(id).id());
  }

  /** All revisions of all documents. */
  @Transactional(readOnly = true)
  public List<DocumentRevision> allRevisions() {
    return revisions.all();
  }

  /**
   * @throws UnknownRevisionException if there is none, or not any more
   */
  @Transactional(readOnly = true)
  public DocumentRevision revision(UUID id, int revision) {
    return revisions
        .find(get(id).id(), revision)
        .orElseThrow(() -> new UnknownRevisionException(id, revision));
  }

  /** What counts of a document today and later, the newest first. */
  @Transactional(readOnly = true)
  public List<RevisionInForce> inForce(UUID id) {
    return RevisionInForce.of(revisions.of(id), LocalDate.now(clock));
  }

  /**
   * Removes an old revision with its file and passages.
   *
   * @throws UnknownRevisionException if there is none
   * @throws RevisionInUseException if it is the current one or still answers
   */
  @Transactional
  public void purge(UUID id, int revision) {
    StoredDocument document =
        documents.findLocked(id).orElseThrow(() -> new UnknownDocumentException(id));
    DocumentRevision old =
        revisions.find(id, revision).orElseThrow(() -> new UnknownRevisionException(id, revision));
    boolean isInUse =
        document.revision() == revision
            || inForce(id).stream().anyMatch(r -> r.revision().revision() == revision);
    if (isInUse) {
      throw new RevisionInUseException(revision);
    }
    revisions.remove(id, revision);
    fileRemoval.note(List.of(old.storedAs()));
    onCommit(() -> fileRemoval.delete(List.of(old.storedAs())));
  }

  /**
   * Gives a file of the disk with a document's content to somebody who only reads it.
   *
   * @param use is done with the path when it returns
   */
  public <T> T open(StoredDocument document, Function<Path, T> use) {
    return files.open(document.storedAs(), use);
  }

  public byte[] content(StoredDocument document) {
    return files.read(document.storedAs());
  }

  public byte[] content(DocumentRevision revision) {
    return files.read(revision.storedAs());
  }

  /** Whether the files lie on this machine's disk, or on one that is mounted there. */
  public boolean hasFilesOnDisk() {
    return files.folder().isPresent();
  }

  public String placeOfFiles() {
    return files.place();
  }

  /** All stored files by name. */
  public Map<String, StoredFile> storedFiles() {
    return files.list();
  }

  /** Deletes a stored file that belongs to nothing. */
  public void deleteStoredFile(String name) {
    files.delete(name);
  }

  /** How many documents that may be read are in each state. */
  public Map<DocumentState, Long> counts(AccessScope scope) {
    Map<DocumentState, Long> counts = new EnumMap<>(DocumentState.class);
    for (DocumentState state : DocumentState.values()) {
      counts.put(state, scope.unrestricted() ? documents.countByState(state) : 0);
    }
    if (!scope.unrestricted()) {
      list(null, null, null, scope).forEach(d -> counts.merge(d.state(), 1L, Long::sum));
    }
    return counts;
  }

  /** Documents on their way, the oldest first. */
  public List<StoredDocument> unfinished() {
    return documents.findByStateIn(ON_THEIR_WAY).stream()
        .sorted(Comparator.comparing(StoredDocument::createdAt))
        .toList();
  }

  /** How many documents are on their way. */
  public long countUnfinished() {
    return documents.countByStateIn(ON_THEIR_WAY);
  }

  /** How many documents wait to be read. */
  public long countUnread() {
    return documents.countByStateIn(List.of(DocumentState.RECEIVED, DocumentState.PARSING));
  }

  /** Some documents that are found by their words and wait for their vectors. */
  public List<StoredDocument> toEmbed() {
    return documents.findTop64ByStateOrderByUpdatedAt(DocumentState.EMBEDDING);
  }

  /** Moves a document on, unless it is gone or has a newer revision; false then. */
  @Transactional
  public boolean moveTo(UUID id, int revision, DocumentState state, @Nullable String reason) {
    Optional<StoredDocument> document =
        documents.findLocked(id).filter(d -> d.revision() == revision);
    document.ifPresent(d -> d.moveTo(state, reason, clock.instant()));
    return document.isPresent();
  }

  /**
   * What a document's text told.
   *
   * @param effectiveFrom what it says about its first day, or null
   */
  public record Description(String title, @Nullable LocalDate effectiveFrom, int passages) {}

  /**
   * Notes what a document's text told and writes its passages, while it holds still: neither a
   * removal nor a newer revision comes between.
   *
   * @param reason what could not be read of it, or null
   * @param write writes the passages; called with the document as it is now
   * @return false if it is gone or has a newer revision; nothing is written then
   */
  @Transactional
  public boolean publish(
      UUID id,
      int revision,
      Description description,
      DocumentState state,
      @Nullable String reason,
      Consumer<StoredDocument> write) {
    Optional<StoredDocument> found = documents.findLocked(id).filter(d -> d.revision() == revision);
    found.ifPresent(
        document -> {
          document.describe(description.title, description.effectiveFrom, description.passages);
          document.moveTo(state, reason, clock.instant());
          documents.saveAndFlush(document);
          revisions.update(document);
          write.accept(document);
        });
    return found.isPresent();
  }

  /**
   * Does something while a document holds still: neither a removal nor a new revision comes
   * between.
   *
   * @return false if it is gone; nothing is done then
   */
  @Transactional
  public boolean holding(UUID id, Consumer<StoredDocument> work) {
    Optional<StoredDocument> document = documents.findLocked(id);
    document.ifPresent(work);
    return document.isPresent();
  }

  private String mediaType(IncomingFile file) {
    Metadata metadata = new Metadata();
    metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, file.filename());
    try (TikaInputStream stream = TikaInputStream.get(new ByteArrayInputStream(file.content()))) {
      return detector.detect(stream, metadata).getBaseType().toString();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look into a file", e);
    }
  }

  /** How contents are told apart. */
  public static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  private static void onRollback(Runnable work) {
    onCompletion(TransactionSynchronization.STATUS_ROLLED_BACK, work);
  }

  private static void onCommit(Runnable work) {
    onCompletion(TransactionSynchronization.STATUS_COMMITTED, work);
  }

  private static void onCompletion(int wanted, Runnable work) {
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCompletion(int status) {
            if (status == wanted) {
              work.run();
            }
          }
        });
  }
}
