(ns workbench.results
  "How the notebook shows the result of a cell."
  (:require [clojure.pprint :as pprint]
            [clojure.string :as str]))

;; A notebook counts as a REPL: Clojure's add-libs only works in one.
(alter-var-root #'*repl* (constantly true))

(def ^:private elements-at-most
  "Limit on the elements of a collection: a result may be longer than any browser can show."
  1000)

(defn- flat? [value]
  (not-any? coll? value))

(defn as-text
  "The value as the REPL prints it, on several lines if it holds collections in collections."
  [value]
  (binding [*print-length* (or *print-length* elements-at-most)]
    (if (and (coll? value) (not (flat? (if (map? value) (vals value) (take elements-at-most value)))))
      (str/trim-newline (with-out-str (pprint/pprint value)))
      (pr-str value))))
