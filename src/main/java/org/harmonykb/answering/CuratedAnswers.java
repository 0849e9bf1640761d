package org.harmonykb.answering;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.IncomingFile;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.retrieval.Passage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Answers that people wrote. Each is a document of its own, so that it is found, cited, revised,
 * guarded and deleted as documents are; its collection tells that it is one.
 */
@Service
public class CuratedAnswers {

  private static final String COLLECTION = "curated";
  private static final String FOLDER = "curated/";
  private static final int LONGEST_QUESTION = 500;
  private static final int LONGEST_ANSWER = 8000;

  private final DocumentService documents;

  CuratedAnswers(DocumentService documents) {
    this.documents = documents;
  }

  static boolean isCurated(Passage passage) {
    return passage.collection().equals(COLLECTION)
        || passage.collection().startsWith(COLLECTION + "-");
  }

  /** Some collections with the curated answers to questions on them. */
  static Set<String> with(Set<String> collections) {
    if (collections.isEmpty()) {
      return collections;
    }
    Set<String> all = new LinkedHashSet<>(collections);
    all.add(COLLECTION);
    collections.forEach(collection -> all.add(COLLECTION + "-" + collection));
    return all;
  }

  /**
   * Takes an answer in, or a new wording of one.
   *
   * @param id null for a new one
   * @param collection whose assistants find it; null for all of them
   * @param allow groups that may read it; empty means everybody
   * @throws InvalidQuestionException if a text is missing or too long
   */
  public StoredDocument put(
      @Nullable UUID id,
      String question,
      String answer,
      @Nullable String collection,
      Set<String> allow) {
    String title = question.strip().replaceAll("\\s+", " ");
    if (title.isEmpty() || title.length() > LONGEST_QUESTION) {
      throw new InvalidQuestionException(
          "question must have 1 to " + LONGEST_QUESTION + " characters");
    }
    if (answer.isBlank() || answer.length() > LONGEST_ANSWER) {
      throw new InvalidQuestionException("answer must have 1 to " + LONGEST_ANSWER + " characters");
    }
    String name = (id == null ? UUID.randomUUID() : id).toString();
    String markdown = "# " + title + "\n\n" + answer.strip() + "\n";
    return documents.accept(
        new IncomingFile(
            FOLDER + name,
            collection == null || collection.isBlank()
                ? COLLECTION
                : COLLECTION + "-" + collection.strip(),
            allow,
            name + ".md",
            markdown.getBytes(StandardCharsets.UTF_8)));
  }

  public List<StoredDocument> list() {
    return documents.list(null, null, FOLDER).stream()
        .filter(document -> document.externalId().startsWith(FOLDER))
        .toList();
  }
}
