#!/bin/sh
# Makes .venv exactly as these requirements say.  `setup.sh run`: what the pipeline needs; `setup.sh dev`: tests too.
#
# Instant when nothing changed.  Each part leaves a stamp when it is complete, and only then: an interrupted setup
# is begun again.  A .venv that was made in another folder or by another Python is made anew.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
here=$(pwd -P)
venv_python=.venv/bin/python
version='import sys; print(sys.version)'

say() { printf '%s\n' "$*" >&2; }

# --- what a complete .venv looks like: compared with the stamps -------------------------------------------------
base_wanted() {
    printf '%s\n' "$here"
    "$venv_python" -I -S -c "$version" 2>/dev/null || echo 'no Python'
    cksum requirements/build.txt requirements/run.txt
}
package_wanted() { cksum pyproject.toml; }
dev_wanted() { cksum requirements/dev.txt; }
complete() { [ -f ".venv/stamp-$1" ] && [ "$("$1_wanted")" = "$(cat ".venv/stamp-$1")" ]; }
# PYTHON=... asks for a particular one; without it the one that .venv was made by stays in use.
as_asked() { [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" -I -S -c "$version" 2>&1)" = "$("$venv_python" -I -S -c "$version" 2>&1)" ]; }
stamp() { "$1_wanted" >".venv/stamp-$1.new" && mv ".venv/stamp-$1.new" ".venv/stamp-$1"; }

# --- what the machine must have ---------------------------------------------------------------------------------
new_enough() { "$1" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        if new_enough "$PYTHON"; then printf '%s\n' "$PYTHON"; fi
        return
    fi
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if new_enough "$name"; then printf '%s\n' "$name"; return; fi
    done
}

how_to_install() { # the line for this system, for: git, make, python, venv
    packages=
    if command -v apt-get >/dev/null; then
        # A python3 that is there and too old stays so; newer ones come under their own name.
        new=python3; ! command -v python3 >/dev/null || new=python3.11
        for tool; do case $tool in
            python) packages="$packages $new $new-venv" ;; venv) packages="$packages $venv_package" ;; *) packages="$packages $tool" ;;
        esac; done
        printf '%sapt-get install%s\n' "$become_root" "$packages"
    elif command -v dnf >/dev/null; then
        new=python3; ! command -v python3 >/dev/null || new=python3.11
        for tool; do case $tool in python) packages="$packages $new" ;; venv) packages="$packages python3-libs" ;; *) packages="$packages $tool" ;; esac; done
        printf '%sdnf install%s\n' "$become_root" "$packages"
    elif command -v brew >/dev/null; then
        for tool; do case $tool in python | venv) packages="$packages python@3.13" ;; *) packages="$packages $tool" ;; esac; done
        printf 'brew install%s\n' "$packages"
    elif [ "$(uname -s)" = Darwin ]; then
        say '  (Homebrew, from brew.sh, installs all of this; then:  brew install python@3.13 git make)'
    else
        say "  (with this system's package manager: Python 3.11 or newer with venv, make, git)"
    fi
}

check_machine() {
    missing=
    become_root='sudo '; [ "$(id -u)" != 0 ] || become_root=
    for tool in git make; do command -v "$tool" >/dev/null || missing="$missing $tool"; done
    python=$(find_python)
    if [ -z "$python" ]; then
        missing="$missing python"
    elif ! "$python" -I -c 'import ensurepip, venv' >/dev/null 2>&1; then
        missing="$missing venv"
        venv_package=$("$python" -I -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    fi
    [ -n "$missing" ] || return 0
    for tool in $missing; do case $tool in
        python) say "missing: Python 3.11 or newer${PYTHON:+ (PYTHON names $PYTHON, which is not)}" ;;
        venv) say "missing: venv, the part of $python that makes virtual environments" ;;
        *) say "missing: $tool" ;;
    esac; done
    say 'install what is missing, then run the same again:'
    # shellcheck disable=SC2086 - words, on purpose
    line=$(how_to_install $missing)
    [ -z "$line" ] || say "  $line"
    exit 1
}

# --- making it --------------------------------------------------------------------------------------------------
pip_install() { # only ready-made packages with the pinned hashes; docopt alone comes as source and is built here
    env -u PIP_TARGET -u PIP_PREFIX PIP_USER=0 "$venv_python" -m pip install \
        --quiet --quiet --no-input --disable-pip-version-check --no-build-isolation --use-pep517 \
        --only-binary :all: --no-binary docopt "$@" || {
        say "could not install: see above.  Behind a proxy, or with a mirror of your own, set pip's own settings"
        say '(pip config, or PIP_INDEX_URL); when no ready-made package fits, use Python 3.11 to 3.14: make setup PYTHON=python3.12'
        exit 1
    }
}

if ! { complete base && as_asked; }; then
    check_machine
    say "making .venv with $("$python" -I -S -c 'import sys; print("Python", sys.version.split()[0])'); this takes a minute or two ..."
    rm -rf .venv
    "$python" -I -m venv .venv
    pip_install --require-hashes -r requirements/build.txt
    pip_install --require-hashes -r requirements/run.txt
    stamp base
fi
if ! complete package; then
    pip_install --no-deps --editable .
    stamp package
fi
if [ "${1:-run}" = dev ] && ! complete dev; then
    say 'adding what tests and checks need ...'
    # the lock is whole; csvw asks for an older rfc3986 than the run has, and uses nothing that changed (pyproject.toml)
    pip_install --require-hashes --no-deps -r requirements/dev.txt
    stamp dev
fi
