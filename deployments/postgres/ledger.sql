-- Run once, when the volume is new: Prefect's database is made by the image, the ledger's here.
CREATE DATABASE ledger;
