package org.harmonykb.documents;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A company's document in its current revision. */
@Entity
@Table(name = "document")
public class StoredDocument {

  @Id private UUID id;
  private String externalId;
  private String collection;
  private String title;

  @Enumerated(EnumType.STRING)
  private DocumentState state;

  private @Nullable String reason;
  private String allowList;
  private int revision;
  private String sha256;
  private String filename;
  private String mediaType;
  private long sizeBytes;
  private String storedAs;
  private int passages;
  private @Nullable LocalDate declaredFrom;
  private @Nullable LocalDate effectiveFrom;
  private @Nullable LocalDate effectiveTo;
  private @Nullable String source;
  private Instant createdAt;
  private Instant updatedAt;

  /** For JPA. */
  @SuppressWarnings("NullAway.Init")
  protected StoredDocument() {}

  StoredDocument(UUID id, String externalId, Instant now) {
    this.id = id;
    this.externalId = externalId;
    this.collection = "";
    this.title = "";
    this.state = DocumentState.RECEIVED;
    this.allowList = "";
    this.sha256 = "";
    this.filename = "";
    this.mediaType = "";
    this.storedAs = "";
    this.createdAt = now;
    this.updatedAt = now;
  }

  void receive(
      IncomingFile file, String mediaType, String sha256, long size, String storedAs, Instant now) {
    takeTerms(file, now);
    this.filename = file.filename();
    this.title = file.filename();
    this.mediaType = mediaType;
    this.sha256 = sha256;
    this.sizeBytes = size;
    this.storedAs = storedAs;
    this.effectiveFrom = file.effectiveFrom();
    this.passages = 0;
    this.revision++;
    this.state = DocumentState.RECEIVED;
    this.reason = null;
  }

  /** Whether a file belongs to the same place, readers and days. */
  boolean hasTermsOf(IncomingFile file) {
    return collection.equals(file.collection())
        && allow().equals(file.allow())
        && Objects.equals(declaredFrom, file.effectiveFrom())
        && Objects.equals(effectiveTo, file.effectiveTo())
        && (file.source() == null || file.source().equals(source));
  }

  /** Takes over where a file belongs, who may read it and when it counts. */
  void takeTerms(IncomingFile file, Instant now) {
    this.collection = file.collection();
    this.allowList = String.join("\n", new TreeSet<>(file.allow()));
    // A day that was found in the text holds on; one that was declared goes with its declaration.
    this.effectiveFrom =
        file.effectiveFrom() != null
            ? file.effectiveFrom()
            : declaredFrom == null ? effectiveFrom : null;
    this.declaredFrom = file.effectiveFrom();
    this.effectiveTo = file.effectiveTo();
    this.source = file.source() == null ? source : file.source();
    this.updatedAt = now;
  }

  void belongTo(String newSource) {
    this.source = newSource;
  }

  void moveTo(DocumentState next, @Nullable String why, Instant now) {
    this.state = next;
    this.reason = why == null || why.length() <= 2000 ? why : why.substring(0, 2000);
    this.updatedAt = now;
  }

  /**
   * Takes over what its text told.
   *
   * @param effective what it says about its first day; counts unless another was declared
   */
  void describe(String newTitle, @Nullable LocalDate effective, int passageCount) {
    this.title = newTitle.length() <= 500 ? newTitle : newTitle.substring(0, 500);
    this.effectiveFrom = declaredFrom == null ? effective : declaredFrom;
    this.passages = passageCount;
  }

  public UUID id() {
    return id;
  }

  public String externalId() {
    return externalId;
  }

  public String collection() {
    return collection;
  }

  public String title() {
    return title;
  }

  public DocumentState state() {
    return state;
  }

  public @Nullable String reason() {
    return reason;
  }

  /** Groups that may read it; empty means everybody. */
  public Set<String> allow() {
    return allowList.isEmpty() ? Set.of() : Set.of(allowList.split("\n"));
  }

  public int revision() {
    return revision;
  }

  public String sha256() {
    return sha256;
  }

  public String filename() {
    return filename;
  }

  public String mediaType() {
    return mediaType;
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  public String storedAs() {
    return storedAs;
  }

  public int passages() {
    return passages;
  }

  public @Nullable LocalDate effectiveFrom() {
    return effectiveFrom;
  }

  public @Nullable LocalDate effectiveTo() {
    return effectiveTo;
  }

  /** The watched folder or client that keeps it in step, or null. */
  public @Nullable String source() {
    return source;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public Instant updatedAt() {
    return updatedAt;
  }
}
