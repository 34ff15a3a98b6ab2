;;; eglot.el --- The same as neovim.lua, in Emacs, with the configuration of docs/editors.md  -*- lexical-binding: t -*-
;; Opens the file in $FILE, lets dlint fix all, format and rename a stage, and writes it.

(require 'eglot)
(require 'flymake)
(define-derived-mode dockerfile-mode prog-mode "Dockerfile")
(setq eglot-connect-timeout 30
      eglot-sync-connect 30
      eglot-autoshutdown t
      eglot-confirm-server-initiated-edits nil)
(load (getenv "CONFIGURATION"))

(defvar report nil)
(defun say (text) (push text report))
(defun codes ()
  "The codes of all diagnostics, as the buffer shows them."
  (mapconcat #'flymake-diagnostic-text (flymake-diagnostics) "\n"))
(defun wait-for (test what)
  (let ((end (+ (float-time) 20)))
    (while (and (not (funcall test)) (< (float-time) end))
      (accept-process-output nil 0.05))
    (unless (funcall test) (error "Failed: %s" what))))

(let ((status 0))
  (condition-case problem
      (progn
        (find-file (getenv "FILE"))
        (dockerfile-mode)
        (call-interactively #'eglot)
        (wait-for #'eglot-current-server "the server starts")
        (flymake-start)
        (wait-for (lambda () (string-match-p "DL3014\\|add `-y`" (codes))) "the diagnostics come")
        (say (codes))
        (let* ((server (eglot-current-server))
               (actions (jsonrpc-request
                         server :textDocument/codeAction
                         (list :textDocument (eglot--TextDocumentIdentifier)
                               :range (list :start (eglot--pos-to-lsp-position (point-min))
                                            :end (eglot--pos-to-lsp-position (point-min)))
                               :context (list :diagnostics [] :only ["source.fixAll.dlint"]))))
               (action (aref actions 0))
               (edit (or (plist-get action :edit)
                         (plist-get (jsonrpc-request server :codeAction/resolve action) :edit))))
          (eglot--apply-workspace-edit edit))
        (eglot--signal-textDocument/didChange)
        (eglot-format-buffer)
        (goto-char (point-min))
        (search-forward "AS ")
        ;; What a moment without typing does.
        (eglot--signal-textDocument/didChange)
        (eglot-rename "builder")
        (save-buffer)
        (eglot-shutdown (eglot-current-server)))
    (error (say (format "failed: %S" problem)) (setq status 1)))
  (with-temp-file (getenv "REPORT") (insert (mapconcat #'identity (reverse report) "\n")))
  (kill-emacs status))
;;; eglot.el ends here
