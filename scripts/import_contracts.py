"""A rule of our own for import-linter: families are strangers, what they share is private.

import-linter's ``independence`` takes a whole package by ``*``, and no pattern of it leaves out
the modules that start with an underscore. This one does, so that nobody keeps a list of families.
"""

from __future__ import annotations

from typing import cast

from grimp import ImportGraph
from importlinter import ContractCheck
from importlinter.contracts.independence import IndependenceContract
from importlinter.domain.fields import SetField
from importlinter.domain.helpers import module_expressions_to_modules
from importlinter.domain.imports import ModuleExpression


class FamiliesContract(IndependenceContract):
    """Public modules of a package do not reach one another, not even through a private one."""

    type_name = "families"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        given = cast("set[ModuleExpression]", self.modules)
        names = {module.name for module in module_expressions_to_modules(graph, given)}
        public = {name for name in names if not name.rpartition(".")[2].startswith("_")}
        self.modules = cast("SetField", {ModuleExpression(name) for name in public})
        return super().check(graph, verbose)
