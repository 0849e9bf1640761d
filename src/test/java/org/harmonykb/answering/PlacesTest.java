package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacesTest {

  @ParameterizedTest
  @CsvSource({
    "莱比锡的年假有多少天？, Annual leave in Leipzig, true",
    "宁波工厂的夜班津贴, Night shifts in Ningbo, true",
    "How long is leave in Dresden?, 德累斯顿年假规定, true",
    "How long is leave in Dresden?, Rules for Germany, true",
    "How long is leave in Germany?, Rules of the Dresden office, true",
    "How long is leave in Dresden?, Rules for Leipzig, false",
    "How long is leave in Dresden?, Rules for China, false",
    "纽约办公室, The New York office, true",
  })
  void aPlaceIsTheSameInBothScriptsAndLiesInItsCountry(
      String question, String text, boolean agree) {
    assertThat(Places.agree(Places.BUILT_IN.in(question), Places.BUILT_IN.in(text)))
        .isEqualTo(agree);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HR-1, revision 4. Applies to Dresden. Ningbo has its own rules. | Dresden",
        "Applies to all sites except Lyon. | all sites",
        "文件编号 A1。适用范围：宁波工厂。负责部门：人事部。 | 宁波工厂",
        "Scope: the Lyon office | the Lyon office",
        "Nothing is said. | ''",
      })
  void aDocumentSaysWhereItApplies(String head, String scope) {
    assertThat(Scopes.clauses(List.of(passage("Rules", "", head)))).isEqualTo(scope);
  }

  @Test
  void aRuleHoldsWhereItsDocumentApplies() {
    assertThat(fits("How long is leave in Dresden?", "Leave", "Dresden")).isEqualTo(1);
    assertThat(fits("How long is leave in Dresden?", "Leave", "Lyon")).isEqualTo(-1);
    assertThat(fits("德累斯顿的年假有多少天？", "Leave", "Lyon")).isEqualTo(-1);
    assertThat(fits("How long is leave in Dresden?", "Leave in Dresden", "")).isEqualTo(1);
    assertThat(fits("How long is leave in Dresden?", "Leave", "")).isZero();
    assertThat(fits("How long is leave?", "Leave", "Lyon")).isZero();
    assertThat(fits("How long is the train to Dresden?", "Travel", "Lyon")).isZero();
  }

  private static int fits(String question, String title, String scope) {
    Passage rule = passage(title, "", "Employees have 28 days.");
    Scopes scopes = new Scopes(java.util.Map.of(rule.documentId(), scope));
    EvidenceFeatures counted =
        new EvidenceFeatures(question, List.of(), List.of(rule), _ -> true, scopes);
    return counted.place(counted.sentences().getFirst());
  }

  static Passage passage(String title, String section, String text) {
    UUID document = UUID.nameUUIDFromBytes(title.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return new Passage(
        document + ":1:0",
        document,
        1,
        0,
        "hr",
        title,
        section,
        null,
        null,
        Language.of(text),
        text,
        1,
        1,
        1,
        1,
        0.6);
  }
}
