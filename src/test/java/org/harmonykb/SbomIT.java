package org.harmonykb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.session.Session;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The list of libraries that the build makes, and their licences. */
class SbomIT {

  /** Licences that allow what we do: run them, and hand them on unchanged. */
  private static final Pattern GOOD =
      Pattern.compile(
          "Apache|MIT|BSD|EPL|Eclipse|EDL|LGPL|MPL|Mozilla|Unicode|ICU|CC0|Public"
              + " Domain|ISC|UnRAR|GPL-2\\.0-with-classpath-exception|GPL2 w/ CPE|Bouncy"
              + " Castle|BouncyCastle|Go License|Similar to Apache|JDOM",
          Pattern.CASE_INSENSITIVE);

  @Test
  void everyLibraryHasALicenceThatFits() throws Exception {
    JsonNode bom =
        JsonMapper.builder()
            .build()
            .readTree(
                Files.readAllBytes(Path.of("target/classes/META-INF/sbom/application.cdx.json")));
    assertThat(bom.get("bomFormat").asString()).isEqualTo("CycloneDX");
    List<String> names = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    for (JsonNode component : bom.get("components")) {
      String name = component.get("group").asString() + ":" + component.get("name").asString();
      names.add(name);
      String licences = String.valueOf(component.get("licenses"));
      if (!GOOD.matcher(licences).find() && !isSpringSession(name)) {
        wrong.add(name + " " + licences);
      }
    }
    assertThat(names)
        .contains(
            "org.apache.lucene:lucene-core", "org.springframework.security:spring-security-web")
        .doesNotContain("org.junit.jupiter:junit-jupiter-api");
    assertThat(wrong).as("libraries without a licence that fits").isEmpty();
  }

  /** Its POM names a licence of Broadcom's, its jar holds the text of Apache's. */
  private static boolean isSpringSession(String name) throws Exception {
    if (!name.matches("org\\.springframework\\.session:spring-session-(core|jdbc)")) {
      return false;
    }
    Path jar = Path.of(Session.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      return Files.readString(files.getPath("META-INF/LICENSE.txt")).contains("Apache License");
    }
  }
}
