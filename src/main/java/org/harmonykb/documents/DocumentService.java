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
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.tika.detect.Detector;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MimeTypes;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.SearchIndex;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Sort;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Takes documents in, tells about them and removes them. */
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

  private final Documents documents;
  private final FileStore files;
  private final IngestionQueue queue;
  private final SearchIndex index;
  private final Clock clock;

  /** By first bytes and name alone: nothing is opened before the reading process does it. */
  private final Detector detector = MimeTypes.getDefaultMimeTypes();

  DocumentService(
      Documents documents, FileStore files, IngestionQueue queue, SearchIndex index, Clock clock) {
    this.documents = documents;
    this.files = files;
    this.queue = queue;
    this.index = index;
    this.clock = clock;
  }

  /**
   * Takes a file in: the file, its row and its job are there when this returns. The same content
   * under the same external id changes nothing.
   *
   * @throws RefusedFileException if the file cannot become a document
   */
  @Transactional
  public StoredDocument accept(IncomingFile file) {
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
    String mediaType = mediaType(file);
    if (!MEDIA_TYPES.contains(mediaType) && !CONTAINERS.contains(mediaType)) {
      throw new RefusedFileException(
          RefusedFileException.Kind.UNSUPPORTED,
          "The file %s is %s; PDF, Word, Excel, PowerPoint, OpenDocument, HTML, Markdown, text, CSV, EML and ZIP can be read"
              .formatted(file.filename(), mediaType));
    }
    String sha256 = sha256(file.content());
    StoredDocument document =
        documents
            .findByExternalId(file.externalId())
            .orElseGet(
                () -> new StoredDocument(UUID.randomUUID(), file.externalId(), clock.instant()));
    boolean unchanged =
        document.sha256().equals(sha256)
            && document.collection().equals(file.collection())
            && document.allow().equals(file.allow());
    if (unchanged) {
      return document;
    }
    boolean hasOtherReaders =
        document.revision() > 0
            && !(document.collection().equals(file.collection())
                && document.allow().equals(file.allow()));
    if (hasOtherReaders) {
      beforeCommit(() -> index.delete(document.id()));
    }
    String replaced = document.storedAs();
    String storedAs = files.store(file.content());
    onCompletion(committed -> files.delete(committed ? replaced : storedAs));
    document.receive(file, mediaType, sha256, file.content().length, storedAs, clock.instant());
    documents.save(document);
    queue.enqueue(document.id());
    return document;
  }

  /**
   * Takes several files in, or none of them: a refused one undoes those before it.
   *
   * @param incoming read one by one, so that only one content is in memory
   * @throws RefusedFileException if one of the files cannot become a document
   */
  @Transactional
  public List<StoredDocument> acceptAll(Stream<IncomingFile> incoming) {
    return incoming.map(this::accept).toList();
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

  public Optional<StoredDocument> findByExternalId(String externalId) {
    return documents.findByExternalId(externalId);
  }

  /** Where a document's content lies; to be read only. */
  public Path file(StoredDocument document) {
    return files.path(document.storedAs());
  }

  public byte[] content(StoredDocument document) {
    return files.read(document.storedAs());
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
    return documents
        .findByStateIn(
            List.of(
                DocumentState.RECEIVED,
                DocumentState.PARSING,
                DocumentState.EMBEDDING,
                DocumentState.INDEXING))
        .stream()
        .sorted(Comparator.comparing(StoredDocument::createdAt))
        .toList();
  }

  /** Removes a document; when this returns, no search finds it and its file is gone. */
  @Transactional
  public void delete(UUID id) {
    StoredDocument document = get(id);
    documents.delete(document);
    documents.flush();
    index.delete(id);
    String storedAs = document.storedAs();
    onCompletion(
        committed -> {
          if (committed) {
            files.delete(storedAs);
          }
        });
  }

  /** Moves a document on, unless it is gone or has a newer revision; false then. */
  @Transactional
  public boolean moveTo(UUID id, int revision, DocumentState state, @Nullable String reason) {
    Optional<StoredDocument> document =
        documents.findById(id).filter(d -> d.revision() == revision);
    document.ifPresent(d -> d.moveTo(state, reason, clock.instant()));
    return document.isPresent();
  }

  /**
   * Marks a document searchable and notes what its text told.
   *
   * @param note what could not be read of it, or null
   */
  @Transactional
  public boolean makeSearchable(
      UUID id,
      int revision,
      String title,
      @Nullable LocalDate effectiveFrom,
      int passages,
      @Nullable String note) {
    Optional<StoredDocument> document =
        documents.findById(id).filter(d -> d.revision() == revision);
    document.ifPresent(
        d -> {
          d.describe(title, effectiveFrom, passages);
          d.moveTo(DocumentState.SEARCHABLE, note, clock.instant());
        });
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

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /** What happens after a transaction. */
  private interface Completion {
    void completed(boolean committed);
  }

  /** Passages must not be found by their old readers until the new ones are indexed. */
  private static void beforeCommit(Runnable action) {
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void beforeCommit(boolean readOnly) {
            action.run();
          }
        });
  }

  private static void onCompletion(Completion completion) {
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCompletion(int status) {
            completion.completed(status == STATUS_COMMITTED);
          }
        });
  }
}
