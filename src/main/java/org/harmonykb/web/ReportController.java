package org.harmonykb.web;

import java.util.List;
import java.util.UUID;
import org.harmonykb.documents.DocumentReports;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.documents.UnknownDocumentException;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Readers' reports of stale or wrong documents. */
@RestController
class ReportController {

  private final DocumentReports reports;
  private final DocumentService documents;
  private final CurrentCaller caller;

  ReportController(DocumentReports reports, DocumentService documents, CurrentCaller caller) {
    this.reports = reports;
    this.documents = documents;
    this.caller = caller;
  }

  /**
   * @param reason {@code stale}, {@code wrong}, {@code missing} or {@code access}
   */
  record NewReport(
      @Nullable UUID documentId,
      @Nullable Integer revision,
      @Nullable String reason,
      @Nullable String comment) {}

  @PostMapping("/api/reports")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void report(@RequestBody NewReport report) {
    if (report.documentId == null) {
      throw new IllegalArgumentException("The field documentId is missing");
    }
    DocumentReports.Reason reason = reason(report.reason);
    UUID id = report.documentId;
    StoredDocument document =
        documents
            .find(id)
            .filter(d -> caller.scope().permits(d.allow(), d.collection()))
            .orElseThrow(() -> new UnknownDocumentException(id));
    reports.add(
        document,
        report.revision == null ? document.revision() : report.revision,
        reason,
        report.comment,
        caller.name());
  }

  @GetMapping("/api/admin/reports")
  List<DocumentReports.Report> latest() {
    return reports.latest();
  }

  private static DocumentReports.Reason reason(@Nullable String name) {
    for (DocumentReports.Reason reason : DocumentReports.Reason.values()) {
      if (reason.name().equalsIgnoreCase(name)) {
        return reason;
      }
    }
    throw new IllegalArgumentException("reason must be stale, wrong, missing or access");
  }
}
