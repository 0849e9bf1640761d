package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssistantYamlTest {

  private static final Assistants BUILT_IN = Assistants.builtIn();
  private static final String HR = Objects.requireNonNull(BUILT_IN.builtIn("hr")).yaml();

  @Test
  void allDomainsComeAlongInBothLanguages() {
    assertThat(BUILT_IN.all())
        .extracting(Assistant::id)
        .containsExactly(
            "default", "education", "hr", "legal", "medical", "onboarding", "process", "product");
    assertThat(BUILT_IN.all())
        .allSatisfy(
            assistant -> {
              assertThat(assistant.instructions("en")).contains("# Role", "# Input", "# Output");
              assertThat(assistant.instructions("zh")).contains("# 角色", "# 输入", "# 输出");
              assertThat(assistant.refusal("zh")).contains(assistant.contact("zh"));
              assertThat(assistant.examples().get("zh")).isNotEmpty();
            });
    assertThat(BUILT_IN.get("legal").form()).isEqualTo(Assistant.Form.QUOTES);
    assertThat(BUILT_IN.get("medical").limits("en")).contains("not a diagnosis");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id: hr | id: H R! | id must have",
        "form: quotes | form: poem | form must be one of plain, quotes, points",
        "form: quotes | form: points | needs limits",
        "form: quotes | forms: quotes | has no field forms",
        "temperature: 0 | temperature: 9 | sampling.temperature must be a number from 0",
        "# Output | # Result | instructions.en needs the lines # Role, # Input, # Output",
        "# 输出 | 输出 | instructions.zh needs",
        "{contact} | the desk | must say {contact}",
        "collections: [hr] | collections: hr | collections must be a list",
        "title: {en | title: {fr | has no field fr",
        "id: hr | id: [hr | no YAML",
        "reasoningEffort: low | reasoningEffort: huge | low, medium, high",
      })
  void whatIsWrongIsNamed(String text, String replacement, String complaint) {
    assertThat(HR).contains(text);
    assertThatThrownBy(() -> AssistantYaml.read(HR.replace(text, replacement)))
        .isInstanceOf(InvalidAssistantException.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void controlTokensAreTheFormatsAlone() {
    assertThatThrownBy(() -> AssistantYaml.read(HR.replace("You are", "<|start|>system")))
        .hasMessageContaining("instructions.en holds a control token");
  }

  @Test
  void javaObjectsAndBombsAreNoAssistants() {
    assertThatThrownBy(() -> AssistantYaml.read("!!javax.script.ScriptEngineManager {}"))
        .isInstanceOf(InvalidAssistantException.class);
    assertThatThrownBy(() -> AssistantYaml.read("a: &a [x, x]\nb: [*a, *a]"))
        .isInstanceOf(InvalidAssistantException.class);
    assertThatThrownBy(() -> AssistantYaml.read("x".repeat(50_000)))
        .isInstanceOf(InvalidAssistantException.class);
  }
}
