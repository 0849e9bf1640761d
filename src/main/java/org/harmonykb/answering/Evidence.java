package org.harmonykb.answering;

import java.util.List;

/**
 * What the passages have to say to a question.
 *
 * @param sentences all sentences, the best first
 * @param signals what speaks for and against an answer, in the order of {@link EvidenceGate}
 * @param probability how likely the best sentences answer the question, 0 to 1
 */
public record Evidence(List<Sentence> sentences, double[] signals, double probability) {

  /**
   * A sentence of a passage.
   *
   * @param passage the passage's number, from 1
   * @param place place among all sentences, from 0
   * @param piece the sentence and where it stands in the passage
   * @param features in the order of {@link EvidenceRanker}
   * @param score what it is ranked by; higher is better
   */
  public record Sentence(
      int passage, int place, Sentences.Piece piece, double[] features, double score) {

    /** As it is quoted; a table's row carries its headers. */
    public String text() {
      return piece.text();
    }

    Sentence withScore(double other) {
      return new Sentence(passage, place, piece, features, other);
    }

    Sentence withPlace(int other) {
      return new Sentence(passage, other, piece, features, score);
    }
  }
}
