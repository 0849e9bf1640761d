package org.harmonykb.retrieval.lucene;

import java.time.LocalDate;
import java.util.Set;
import java.util.UUID;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.VectorSpaces;
import org.jspecify.annotations.Nullable;

/** A passage as Lucene keeps it. Every passage has an {@code in_force} day, for its filter. */
final class PassageDocuments {

  /** Revision and ordinal where they are read without the passage; not in older indexes. */
  static final String REVISION_AT = "revision_at";

  static final String ORDINAL_AT = "ordinal_at";

  /** Marks what everybody may read among the groups in {@code allow}. */
  static final String EVERYBODY = "*";

  /** The day of passages without a date: they are in force on any. */
  static final int ALWAYS = Integer.MIN_VALUE;

  private PassageDocuments() {}

  /** Days since 1970, or {@link #ALWAYS}. */
  static int day(@Nullable LocalDate date) {
    return date == null
        ? ALWAYS
        : (int) Math.clamp(date.toEpochDay(), ALWAYS + 1, Integer.MAX_VALUE);
  }

  /**
   * @param spaces decides the field of the passage's vector
   */
  static Document of(Chunk chunk, VectorSpaces spaces) {
    Document document = new Document();
    String language = chunk.language();
    document.add(new StringField("document", chunk.documentId().toString(), Field.Store.YES));
    document.add(new StringField("collection", chunk.collection(), Field.Store.YES));
    document.add(new StoredField("revision", chunk.revision()));
    document.add(new StoredField("ordinal", chunk.ordinal()));
    document.add(new NumericDocValuesField(REVISION_AT, chunk.revision()));
    document.add(new NumericDocValuesField(ORDINAL_AT, chunk.ordinal()));
    document.add(new StoredField("language", language));
    document.add(new StoredField("title", chunk.title()));
    document.add(new StoredField("section", chunk.section()));
    document.add(new StoredField("text", chunk.text()));
    document.add(new TextField("title_" + language, chunk.title(), Field.Store.NO));
    document.add(new TextField("section_" + language, chunk.section(), Field.Store.NO));
    document.add(new TextField("text_" + language, chunk.text(), Field.Store.NO));
    if (language.equals(Language.CHINESE)) {
      document.add(new TextField(PassageTerms.CHINESE_WORDS, chunk.text(), Field.Store.NO));
    }
    if (chunk.page() != null) {
      document.add(new StoredField("page", chunk.page()));
    }
    document.add(new IntField("in_force", day(chunk.effectiveFrom()), Field.Store.NO));
    if (chunk.effectiveTo() != null) {
      document.add(new IntField("until", day(chunk.effectiveTo()), Field.Store.NO));
    }
    if (chunk.effectiveFrom() != null) {
      document.add(new StoredField("effective", chunk.effectiveFrom().toString()));
    }
    Set<String> readers = chunk.allow().isEmpty() ? Set.of(EVERYBODY) : chunk.allow();
    for (String reader : readers) {
      document.add(new StringField("allow", reader, Field.Store.NO));
    }
    if (chunk.vector() != null) {
      document.add(
          new KnnFloatVectorField(
              vectorField(spaces, language), chunk.vector(), VectorSimilarityFunction.DOT_PRODUCT));
    }
    return document;
  }

  static String vectorField(VectorSpaces spaces, String language) {
    return "vector_" + spaces.of(language);
  }

  static Passage passage(Document document) {
    UUID id = UUID.fromString(document.get("document"));
    int revision = document.getField("revision").numericValue().intValue();
    int ordinal = document.getField("ordinal").numericValue().intValue();
    var page = document.getField("page");
    String effective = document.get("effective");
    return new Passage(
        id + ":" + revision + ":" + ordinal,
        id,
        revision,
        ordinal,
        document.get("collection"),
        document.get("title"),
        document.get("section"),
        page == null ? null : page.numericValue().intValue(),
        effective == null ? null : LocalDate.parse(effective),
        document.get("language"),
        document.get("text"),
        0,
        0,
        0,
        0,
        0);
  }
}
