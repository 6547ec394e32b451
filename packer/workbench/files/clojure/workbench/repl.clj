(ns workbench.repl
  "The nREPL server of workbench-nrepl.service: nREPL's own command line without its port file, and with a marker file
  that exists while something is evaluated.

  nREPL's command line writes .nrepl-port into its working folder, the data volume, before it serves. On a volume that
  is full or read-only it would end there. Here the port is known, so nothing needs that file."
  (:require [clojure.java.io :as io]
            [nrepl.cmdline :as cmdline]
            [nrepl.middleware :refer [set-descriptor!]]
            [nrepl.middleware.session :as session])
  (:import (java.io File IOException)
           (java.nio.file Files)))

(def ^:private ^File marker
  "The file `busy` in the folder that systemd makes for the service; nil without systemd."
  (some-> (System/getenv "RUNTIME_DIRECTORY") (io/file "busy")))

(defonce ^{:private true :doc "An object for each evaluation that runs."} running (atom #{}))

(defn- change-running!
  "Adds an evaluation to the running ones or removes it, and makes or removes the marker to match. A marker that cannot
  be written is no reason to fail an evaluation: the service's log says so."
  [change evaluation]
  (locking running
    (let [some-run? (seq (swap! running change evaluation))]
      (when marker
        (try
          (if some-run? (.createNewFile marker) (Files/deleteIfExists (.toPath marker)))
          (catch IOException error
            (.println System/err (str "workbench.repl: " marker " is out of date: " error))))))))

(defn- marked
  "The functions of a session (see nrepl.middleware.session/session-exec), made to mark what they evaluate. The mark of
  an evaluation ends with it, whether it returns or throws, and whether or not its client still listens. It ends at once
  if a client interrupts the evaluation or closes the session, since Java can only ask a thread to stop."
  [{:keys [exec interrupt close] :as functions}]
  (let [own (atom #{})
        begin! #(do (swap! own conj %) (change-running! conj %))
        end! #(do (swap! own disj %) (change-running! disj %))]
    (cond-> (assoc functions
                   ::marked true
                   :exec (fn [id ^Runnable evaluate done]
                           (let [evaluation (Object.)]
                             (exec id #(try (begin! evaluation) (.run evaluate) (finally (end! evaluation))) done))))
      ;; What begins while the last one is being interrupted keeps its mark.
      interrupt (assoc :interrupt #(let [before @own
                                         interrupted (interrupt %)]
                                     (when-not (contains? #{nil :idle} interrupted) (run! end! before))
                                     interrupted))
      close (assoc :close #(do (close) (run! end! @own))))))

(defn busy-marker
  "Middleware that keeps the marker. nREPL evaluates in a thread of the session, after the handler has returned. So the
  mark belongs to the session's functions, not to the message."
  [handler]
  (fn [{:keys [session] :as message}]
    (when session
      (locking session
        (when-not (::marked (meta session)) (alter-meta! session marked))))
    (handler message)))

(set-descriptor! #'busy-marker {:requires #{#'session/session} :expects #{"eval" "load-file"} :handles {}})

(defn- with-marker
  "The middleware of ~/.nrepl/nrepl.edn and .nrepl.edn, one or several, and our own."
  [middleware]
  (conj (if (symbol? middleware) [middleware] (vec middleware)) `busy-marker))

(defn -main
  "Takes the options of nREPL's command line, serves, and stays."
  [& words]
  ;; add-libs only works where this is true.
  (alter-var-root #'*repl* (constantly true))
  (let [[options] (cmdline/args->cli-options words)
        options (cmdline/server-opts (update options :middleware with-marker))]
    (println (cmdline/server-started-message (cmdline/start-server options) options))
    @(promise)))
