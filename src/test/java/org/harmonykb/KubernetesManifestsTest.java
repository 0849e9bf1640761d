package org.harmonykb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.harmonykb.remote.GenerationProperties;
import org.harmonykb.retrieval.SearchProperties;
import org.harmonykb.storage.StorageProperties;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.yaml.snakeyaml.Yaml;

/** The manifests against Kubernetes' schema, offline, and against our own rules. */
class KubernetesManifestsTest {

  private static final Path BASE = Path.of("k8s/base");
  private static final Path SCALED = Path.of("k8s/overlays/scaled");
  private static final Gson GSON = new Gson();

  @Test
  void scaledOverlayFitsTheSchemaWithItsPatchesApplied() throws IOException {
    List<Map<String, Object>> manifests = scaled();
    assertThat(manifests).hasSize(18);
    for (Map<String, Object> manifest : manifests) {
      validate(GSON.toJsonTree(manifest));
    }
    assertThat(manifests.stream().map(m -> m.get("kind")))
        .contains("HorizontalPodAutoscaler", "PodDisruptionBudget", "ServiceMonitor");
  }

  @Test
  void everyContainerOfTheOverlayIsWatchedLimitedAndWithoutPrivileges() throws IOException {
    int containers = 0;
    for (Map<String, Object> manifest : scaled()) {
      JsonObject json = GSON.toJsonTree(manifest).getAsJsonObject();
      if (!List.of("Deployment", "StatefulSet").contains(json.get("kind").getAsString())) {
        continue;
      }
      JsonObject pod =
          json.getAsJsonObject("spec").getAsJsonObject("template").getAsJsonObject("spec");
      assertThat(pod.get("automountServiceAccountToken").getAsBoolean()).isFalse();
      assertThat(pod.getAsJsonObject("securityContext").get("runAsNonRoot").getAsBoolean())
          .isTrue();
      for (JsonElement element : pod.getAsJsonArray("containers")) {
        JsonObject container = element.getAsJsonObject();
        assertThat(container.keySet())
            .contains("startupProbe", "livenessProbe", "readinessProbe", "resources");
        for (String kind : List.of("requests", "limits")) {
          assertThat(container.getAsJsonObject("resources").getAsJsonObject(kind).keySet())
              .contains("memory", "ephemeral-storage");
        }
        assertThat(container.get("image").getAsString()).matches(".+:v?\\d.*");
        JsonObject security = container.getAsJsonObject("securityContext");
        assertThat(security.get("allowPrivilegeEscalation").getAsBoolean()).isFalse();
        assertThat(security.getAsJsonObject("capabilities").toString()).contains("ALL");
        containers++;
      }
    }
    assertThat(containers).isEqualTo(4);
  }

  @Test
  void environmentOfTheOverlayIsUnderstoodByTheService() throws IOException {
    Map<String, Object> environment = new LinkedHashMap<>();
    for (Map<String, Object> manifest : scaled()) {
      if (manifest.get("kind").equals("Deployment")) {
        GSON.toJsonTree(manifest)
            .getAsJsonObject()
            .getAsJsonObject("spec")
            .getAsJsonObject("template")
            .getAsJsonObject("spec")
            .getAsJsonArray("containers")
            .get(0)
            .getAsJsonObject()
            .getAsJsonArray("env")
            .forEach(
                e ->
                    environment.put(
                        e.getAsJsonObject().get("name").getAsString(),
                        e.getAsJsonObject().has("value")
                            ? e.getAsJsonObject().get("value").getAsString()
                            : "from elsewhere"));
      }
    }
    Binder binder =
        new Binder(
            ConfigurationPropertySources.from(
                new SystemEnvironmentPropertySource("systemEnvironment", environment)));
    GenerationProperties generation =
        binder.bind("kb.generation", GenerationProperties.class).get();
    assertThat(generation.engine()).isEqualTo(GenerationProperties.Engine.OPENAI);
    assertThat(generation.openai().backends())
        .singleElement()
        .satisfies(
            server -> {
              assertThat(server.baseUrl()).endsWith(":8000/v1");
              assertThat(server.apiKey()).isEqualTo("from elsewhere");
            });
    SearchProperties search = binder.bind("kb.search", SearchProperties.class).get();
    assertThat(search.engine()).isEqualTo(SearchProperties.Engine.OPENSEARCH);
    assertThat(search.opensearch().urls()).hasSize(3);
    assertThat(search.opensearch().shards()).isEqualTo(3);
    StorageProperties storage = binder.bind("kb.storage", StorageProperties.class).get();
    assertThat(storage.engine()).isEqualTo(StorageProperties.Engine.S3);
    assertThat(storage.s3().bucket()).isEqualTo("kb-files");
    assertThat(storage.s3().isPathStyle()).isTrue();
    assertThat(binder.bind("kb.health.require-model", Boolean.class).get()).isFalse();
  }

  /** The base with the overlay's patches, and the overlay's own. */
  private static List<Map<String, Object>> scaled() throws IOException {
    Map<String, Object> kustomization =
        new Yaml().load(Files.readString(SCALED.resolve("kustomization.yaml")));
    List<Map<String, Object>> all = new ArrayList<>(manifests(BASE));
    for (Object patch : (List<?>) kustomization.getOrDefault("patches", List.of())) {
      List<Map<String, Object>> changes =
          documents(SCALED.resolve(String.valueOf(((Map<?, ?>) patch).get("path"))));
      assertThat(changes).as("%s: kustomize wants one change a file", patch).hasSize(1);
      for (Map<String, Object> change : changes) {
        Map<String, Object> target =
            all.stream().filter(m -> key(m).equals(key(change))).findFirst().orElseThrow();
        if ("delete".equals(change.get("$patch"))) {
          all.remove(target);
        } else {
          all.set(all.indexOf(target), merge(target, change));
        }
      }
    }
    all.addAll(manifests(SCALED));
    assertThat(all.stream().map(KubernetesManifestsTest::key)).doesNotHaveDuplicates();
    return all;
  }

  private static String key(Map<String, Object> manifest) {
    return manifest.get("kind") + " " + ((Map<?, ?>) manifest.get("metadata")).get("name");
  }

  /** A strategic merge, as far as the patches here use it. */
  @SuppressWarnings("unchecked")
  private static Map<String, Object> merge(Map<String, Object> base, Map<String, Object> change) {
    boolean replaces = "replace".equals(change.get("$patch"));
    Map<String, Object> merged = new LinkedHashMap<>(replaces ? Map.of() : base);
    change.forEach(
        (field, value) -> {
          Object before = merged.get(field);
          if (value == null) {
            merged.remove(field);
          } else if (value instanceof Map<?, ?> map && before instanceof Map<?, ?> old) {
            merged.put(field, merge((Map<String, Object>) old, (Map<String, Object>) map));
          } else if (MERGE_KEYS.containsKey(field) && before instanceof List<?> old) {
            merged.put(
                field,
                merge(
                    (List<Map<String, Object>>) old,
                    (List<Map<String, Object>>) value,
                    String.valueOf(MERGE_KEYS.get(field))));
          } else if (!field.equals("$patch")) {
            merged.put(field, value);
          }
        });
    return merged;
  }

  private static final Map<String, String> MERGE_KEYS =
      Map.of("containers", "name", "volumes", "name", "volumeMounts", "mountPath", "env", "name");

  private static List<Map<String, Object>> merge(
      List<Map<String, Object>> base, List<Map<String, Object>> changes, String key) {
    List<Map<String, Object>> merged = new ArrayList<>(base);
    for (Map<String, Object> change : changes) {
      Map<String, Object> before =
          merged.stream()
              .filter(item -> change.get(key).equals(item.get(key)))
              .findFirst()
              .orElse(null);
      if (before == null) {
        merged.add(change);
      } else if ("delete".equals(change.get("$patch"))) {
        merged.remove(before);
      } else {
        merged.set(merged.indexOf(before), merge(before, change));
      }
    }
    return merged;
  }

  @Test
  void everyListedManifestFitsTheSchema() throws IOException {
    List<Map<String, Object>> manifests = manifests(BASE);
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

  /** The files of a kustomization that are no kustomizations themselves. */
  private static List<Map<String, Object>> manifests(Path folder) throws IOException {
    Map<String, Object> kustomization =
        new Yaml().load(Files.readString(folder.resolve("kustomization.yaml")));
    List<Map<String, Object>> manifests = new ArrayList<>();
    for (Object file : (List<?>) kustomization.getOrDefault("resources", List.of())) {
      if (String.valueOf(file).endsWith(".yaml")) {
        manifests.addAll(documents(folder.resolve(String.valueOf(file))));
      }
    }
    return manifests;
  }

  private static List<Map<String, Object>> documents(Path file) throws IOException {
    List<Map<String, Object>> documents = new ArrayList<>();
    for (Object document : new Yaml().loadAll(Files.readString(file))) {
      @SuppressWarnings("unchecked")
      Map<String, Object> manifest = (Map<String, Object>) document;
      documents.add(manifest);
    }
    return documents;
  }

  private static void validate(JsonElement manifest) throws IOException {
    String kind = manifest.getAsJsonObject().get("kind").getAsString();
    switch (kind) {
      case "Deployment" -> V1Deployment.validateJsonElement(manifest);
      case "NetworkPolicy" -> V1NetworkPolicy.validateJsonElement(manifest);
      case "StatefulSet" -> V1StatefulSet.validateJsonElement(manifest);
      case "Secret" -> V1Secret.validateJsonElement(manifest);
      case "HorizontalPodAutoscaler" -> V2HorizontalPodAutoscaler.validateJsonElement(manifest);
      case "PodDisruptionBudget" -> V1PodDisruptionBudget.validateJsonElement(manifest);
      // Of the Prometheus operator, whose schema is not Kubernetes' own.
      case "ServiceMonitor" ->
          assertThat(manifest.toString()).contains("\"port\":\"http\"", "/actuator/prometheus");
      case "Service" -> V1Service.validateJsonElement(manifest);
      case "PersistentVolumeClaim" -> V1PersistentVolumeClaim.validateJsonElement(manifest);
      default -> throw new AssertionError("no schema for " + kind);
    }
  }
}
