package org.harmonykb;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.retrieval.AccessScope;

/** Who may use what; see docs/architecture.md. */
@AnalyzeClasses(packages = "org.harmonykb", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule engineNeedsTheJdkOnly =
      classes()
          .that()
          .resideInAPackage("org.harmonykb.engine..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "com.sun.management..",
              "com.sun.nio.file..",
              "jdk.incubator.vector..",
              "org.jspecify..",
              "org.harmonykb.engine..")
          .because("the engine is of use without Spring, and its users want to read it so");

  @ArchTest
  static final ArchRule harmonyNeedsTheJdkOnly =
      classes()
          .that()
          .resideInAPackage("org.harmonykb.harmony..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", "org.harmonykb.harmony..");

  @ArchTest
  static final ArchRule vectorsStayInTheKernels =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.harmonykb.engine.kernel..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..");

  @ArchTest
  static final ArchRule luceneStaysInItsAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.harmonykb.retrieval.lucene..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.lucene..");

  @ArchTest
  static final ArchRule openSearchStaysInItsAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.harmonykb.retrieval.opensearch..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.opensearch..", "org.apache.hc..");

  @ArchTest
  static final ArchRule objectStorageStaysInItsAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.harmonykb.storage.s3..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon.awssdk..");

  @ArchTest
  static final ArchRule retrievalKnowsNoPrompts =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.harmonykb.retrieval..",
              "org.harmonykb.ingestion..",
              "org.harmonykb.documents..",
              "org.harmonykb.jobs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.harmonykb.answering..",
              "org.harmonykb.harmony..",
              "org.harmonykb.engine..",
              "org.harmonykb.web..");

  @ArchTest
  static final ArchRule nobodyUsesTheWeb =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.harmonykb.web..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.harmonykb.web..");

  @ArchTest
  static final ArchRule whatIsAskedHasTheCallersScope =
      noClasses()
          .that()
          .resideInAnyPackage("org.harmonykb.web..", "org.harmonykb.openai..")
          .should()
          .accessField(AccessScope.class, "EVERYTHING")
          .orShould()
          .callMethod(
              DocumentService.class, "list", DocumentState.class, String.class, String.class)
          .because("CurrentCaller says what the caller may read");
}
