(ns workbench.exec
  "Runs one function for `clojure -X` and `clojure -T`, as Clojure's own CLI does. The function and its arguments come
  from the command line (or stdin, for `-`), with defaults from the aliases in use."
  (:require [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.string :as str])
  (:import (java.io PushbackReader StringWriter)))

(defn- fail [& words]
  (throw (ex-info (str/join " " words) {::message true})))

(defn- read-all
  "Every form in a reader."
  [reader]
  (let [pushback (PushbackReader. reader)
        form #(edn/read {:eof ::end :default tagged-literal} pushback)]
    (doall (take-while (complement #{::end}) (repeatedly form)))))

(defn- read-argument [argument]
  (try
    (edn/read-string {:default tagged-literal} argument)
    (catch RuntimeException _ (fail "not readable as Clojure data:" (pr-str argument)))))

(defn- read-arguments [arguments]
  (mapcat #(if (= "-" %) (read-all (io/reader *in*)) [(read-argument %)]) arguments))

(defn parse
  "Splits forms into the function, if one is named, and one map. The map comes from pairs of key (or path) and value,
  and from an optional last map."
  [forms defaults]
  (let [[function forms] (if (symbol? (first forms)) [(first forms) (rest forms)] [nil forms])
        trailing (when (odd? (count forms)) (last forms))
        pairs (partition 2 forms)]
    (when-not (or (nil? trailing) (map? trailing))
      (fail "key is missing value:" (pr-str trailing)))
    {:function function
     :arguments (merge (reduce (fn [all [k v]] (if (vector? k) (assoc-in all k v) (assoc all k v))) defaults pairs)
                       trailing)}))

(defn- qualified
  "The function's symbol with its namespace, by the aliases' :ns-default and :ns-aliases."
  [function {:keys [ns-default ns-aliases]}]
  (cond
    (nil? function) (fail "no function given, neither on the command line nor as :exec-fn of an alias")
    (qualified-symbol? function) (let [space (symbol (namespace function))]
                                   (symbol (str (get ns-aliases space space)) (name function)))
    ns-default (symbol (str ns-default) (name function))
    :else (fail "the function needs its namespace:" function)))

(defn- enveloped
  "Prints what Clojure's add-libs and invoke-tool read: one map that says whether the call returned or threw."
  [function arguments capture]
  (let [out (StringWriter.)
        [tag value] (binding [*out* out *err* out]
                      (try [:ret (function arguments)] (catch Throwable error [:err (Throwable->map error)])))
        text (str out)]
    (binding [*print-namespace-maps* false *print-length* nil *print-level* nil]
      (prn (cond-> {:tag tag :val (pr-str value)}
             (and (= :capture capture) (seq text)) (assoc :out text))))))

(defn -main [& words]
  (try
    (let [basis (edn/read-string {:default tagged-literal} (slurp (System/getProperty "clojure.basis")))
          {:keys [exec-fn exec-args] :as in-use} (:argmap basis)
          {:keys [function arguments]} (parse (read-arguments words) exec-args)
          function (requiring-resolve (qualified (or function exec-fn) in-use))
          own (into {} (remove #(= "clojure.exec" (namespace (key %)))) arguments)]
      (if (= :fn (:clojure.exec/invoke arguments))
        (enveloped function own (:clojure.exec/out arguments))
        (function own)))
    (flush)
    (System/exit 0)
    (catch clojure.lang.ExceptionInfo error
      (when-not (::message (ex-data error)) (throw error))
      (binding [*out* *err*] (println "clojure:" (ex-message error)))
      (System/exit 1))))
