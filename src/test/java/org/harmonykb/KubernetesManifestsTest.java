package org.harmonykb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The manifests against Kubernetes' schema, offline, and against our own rules. */
class KubernetesManifestsTest {

  private static final Path BASE = Path.of("k8s/base");
  private static final Gson GSON = new Gson();

  @Test
  void everyListedManifestFitsTheSchema() throws IOException {
    List<Map<String, Object>> manifests = manifests();
    assertThat(manifests).hasSize(5);
    for (Map<String, Object> manifest : manifests) {
      validate(GSON.toJsonTree(manifest));
    }
  }

  @Test
  void misspeltFieldIsFound() throws IOException {
    String yaml =
        Files.readString(BASE.resolve("deployment.yaml"))
            .replace("readOnlyRootFilesystem", "readOnlyRootFileSystem");
    Map<String, Object> manifest = new Yaml().load(yaml);
    assertThatThrownBy(() -> validate(GSON.toJsonTree(manifest)))
        .hasMessageContaining("readOnlyRootFileSystem");
  }

  @Test
  void containersAreWatchedLimitedAndWithoutPrivileges() throws IOException {
    String deployment = Files.readString(BASE.resolve("deployment.yaml"));
    assertThat(deployment)
        .contains(
            "runAsNonRoot: true", "allowPrivilegeEscalation: false", "readOnlyRootFilesystem: true")
        .contains("startupProbe:", "livenessProbe:", "readinessProbe:", "requests:", "limits:")
        .doesNotContain(":latest");
  }

  private static List<Map<String, Object>> manifests() throws IOException {
    Map<String, Object> kustomization =
        new Yaml().load(Files.readString(BASE.resolve("kustomization.yaml")));
    List<Map<String, Object>> manifests = new ArrayList<>();
    for (Object file : (List<?>) kustomization.getOrDefault("resources", List.of())) {
      for (Object document :
          new Yaml().loadAll(Files.readString(BASE.resolve(String.valueOf(file))))) {
        @SuppressWarnings("unchecked")
        Map<String, Object> manifest = (Map<String, Object>) document;
        manifests.add(manifest);
      }
    }
    return manifests;
  }

  private static void validate(JsonElement manifest) throws IOException {
    String kind = manifest.getAsJsonObject().get("kind").getAsString();
    switch (kind) {
      case "Deployment" -> V1Deployment.validateJsonElement(manifest);
      case "NetworkPolicy" -> V1NetworkPolicy.validateJsonElement(manifest);
      case "Service" -> V1Service.validateJsonElement(manifest);
      case "PersistentVolumeClaim" -> V1PersistentVolumeClaim.validateJsonElement(manifest);
      default -> throw new AssertionError("no schema for " + kind);
    }
  }
}
