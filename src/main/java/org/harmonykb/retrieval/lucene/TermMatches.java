package org.harmonykb.retrieval.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.RetrievalTrace.TermMatch;

/** Which terms a question and a passage share, by the passage's own analysis. */
final class TermMatches {

  private TermMatches() {}

  static List<TermMatch> of(Analyzer analyzer, String question, Passage passage) {
    Map<String, List<String>> asked = words(analyzer, question);
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("text", passage.text());
    fields.put("section", passage.section());
    fields.put("title", passage.title());
    List<TermMatch> matches = new ArrayList<>();
    fields.forEach(
        (field, text) -> {
          Map<String, List<String>> held = words(analyzer, text);
          asked.forEach(
              (term, words) -> {
                List<String> found = held.getOrDefault(term, List.of());
                if (!found.isEmpty()) {
                  matches.add(
                      new TermMatch(
                          term,
                          words.getFirst(),
                          field,
                          found.stream().distinct().toList(),
                          found.size()));
                }
              });
        });
    return matches;
  }

  /** A text's different terms. */
  static Set<String> terms(Analyzer analyzer, String text) {
    return words(analyzer, text).keySet();
  }

  /** A text's terms as they follow each other. */
  static List<String> all(Analyzer analyzer, String text) {
    List<String> all = new ArrayList<>();
    read(analyzer, text, (term, word) -> all.add(term));
    return all;
  }

  /** A text's terms, in order, and the words as they stand there. */
  private static Map<String, List<String>> words(Analyzer analyzer, String text) {
    Map<String, List<String>> words = new LinkedHashMap<>();
    read(
        analyzer,
        text,
        (term, word) -> words.computeIfAbsent(term, t -> new ArrayList<>()).add(word));
    return words;
  }

  private static void read(Analyzer analyzer, String text, BiConsumer<String, String> each) {
    try (TokenStream terms = analyzer.tokenStream("text", text)) {
      CharTermAttribute term = terms.addAttribute(CharTermAttribute.class);
      OffsetAttribute place = terms.addAttribute(OffsetAttribute.class);
      terms.reset();
      while (terms.incrementToken()) {
        each.accept(term.toString(), text.substring(place.startOffset(), place.endOffset()));
      }
      terms.end();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot analyse a text", e);
    }
  }
}
