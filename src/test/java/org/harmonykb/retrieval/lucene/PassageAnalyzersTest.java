package org.harmonykb.retrieval.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.junit.jupiter.api.Test;

class PassageAnalyzersTest {

  @Test
  void traditionalAndWideCharactersBecomeSimplifiedAndNarrowOnes() {
    assertThat(terms(PassageAnalyzers.chinese(), "蘇州的年假，ＡＢ１２"))
        .containsExactly("苏州", "州的", "的年", "年假", "ab12");
    assertThat(terms(PassageAnalyzers.chineseWords(), "蘇州的年假有多少天"))
        .isEqualTo(terms(PassageAnalyzers.chineseWords(), "苏州的年假有多少天"))
        .contains("苏州");
  }

  @Test
  void threadsThatFoldAtTheSameTimeDoNotDisturbEachOther() throws Exception {
    Analyzer pairs = PassageAnalyzers.chinese();
    List<String> alone = terms(pairs, "員工離職後應歸還設備、門禁卡與車輛鑰匙");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<List<String>>> tasks = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        tasks.add(() -> terms(pairs, "員工離職後應歸還設備、門禁卡與車輛鑰匙"));
      }
      for (Future<List<String>> found : threads.invokeAll(tasks)) {
        assertThat(found.get()).isEqualTo(alone);
      }
    }
  }

  private static List<String> terms(Analyzer analyzer, String text) {
    List<String> terms = new ArrayList<>();
    try (TokenStream stream = analyzer.tokenStream("text", text)) {
      CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      stream.reset();
      while (stream.incrementToken()) {
        terms.add(term.toString());
      }
      stream.end();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return terms;
  }
}
