"""A fourth list of ways agents cheat in the other languages, written by one who had not seen the rules."""

from corpus.fourth_go import GO
from corpus.fourth_java import JAVA
from corpus.fourth_js import JS
from corpus.fourth_rust import RUST

FOURTH_PLACES = (*JS, *GO, *RUST, *JAVA)
