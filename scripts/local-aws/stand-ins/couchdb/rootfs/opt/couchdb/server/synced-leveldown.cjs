/**
 * LevelDB that calls back only when the bytes are on the disk: each write with LevelDB's own `sync`, and then the folder,
 * if LevelDB began a file in it.
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const leveldown = require("leveldown");
const { syncPath } = require("./ini-chain.cjs");

function SyncedLevelDown(location) {
  if (!new.target) return new SyncedLevelDown(location);
  leveldown.call(this, location);
}
Object.setPrototypeOf(SyncedLevelDown.prototype, leveldown.prototype);

/** Called with the error of a write that failed. LevelDB takes no further write until it is opened again. */
SyncedLevelDown.onFailure = () => undefined;

SyncedLevelDown.prototype._open = function (options, callback) {
  leveldown.prototype._open.call(this, options, (error) => {
    if (!error) this._syncFolders(path.dirname(this.location));
    callback(error);
  });
};

for (const write of ["_put", "_del", "_batch"]) {
  SyncedLevelDown.prototype[write] = function (...parameters) {
    const callback = parameters.pop();
    const options = { ...parameters.pop(), sync: true };
    leveldown.prototype[write].call(this, ...parameters, options, (error) => {
      if (error) SyncedLevelDown.onFailure(error);
      else this._syncFolders();
      callback(error);
    });
  };
}

SyncedLevelDown.prototype._chainedBatch = () => {
  throw new Error("a chained batch would not be synced");
};

/** Syncs the database's own folder, if its list of files has changed, and others. */
SyncedLevelDown.prototype._syncFolders = function (...others) {
  const { mtimeNs } = fs.statSync(this.location, { bigint: true });
  if (mtimeNs !== this._syncedAt) syncPath(this.location);
  this._syncedAt = mtimeNs;
  for (const folder of others) syncPath(folder);
};

SyncedLevelDown.destroy = (location, callback) => {
  leveldown.destroy(location, (error) => {
    if (!error) syncPath(path.dirname(location));
    callback(error);
  });
};

module.exports = { SyncedLevelDown };
