# One helper states what a library is made of and what it may use.
#
#   guanxi_library(NAME SOURCES a.cc ... [USES lib ...] [LINKS target ...])
#
# USES names guanxi libraries: their headers are reachable, no others' are. The
# include-graph test (tests/include_graph.py) checks every #include against it.
function(guanxi_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LINKS" ${ARGN})
  add_library(guanxi_${name} STATIC ${ARG_SOURCES})
  target_include_directories(guanxi_${name} PUBLIC ${PROJECT_SOURCE_DIR}/libs)
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(guanxi_${name} PUBLIC guanxi_${used})
  endforeach()
  target_link_libraries(guanxi_${name} PUBLIC ${ARG_LINKS})
  set_property(GLOBAL APPEND PROPERTY GUANXI_EDGES "${name}: ${ARG_USES}")
endfunction()

#   guanxi_precompile(TARGET header ...)
# Headers that most sources of the target include anyway are parsed once for all of them: half of a cold build went
# into parsing the same few again. Sources still include what they use.
function(guanxi_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
endfunction()

#   guanxi_compile_quickly(TARGET)
# For code that runs once and waits for others: a third less compiling than what the release preset optimises.
function(guanxi_compile_quickly target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
endfunction()

#   guanxi_compile_together(TARGET)
# For programs and their tests, which nobody includes: a few sources at a time, so that headers and what is instantiated from
# them are compiled once for these. A library's sources stay apart, each with its own line in compile_commands.json for clang-tidy.
function(guanxi_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 4)
  # Fixtures in unnamed namespaces: to the compiler the file that includes the sources is not the main one.
  target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
endfunction()

# What the sanitizers look for beyond their defaults, and what they must pass over.
set(GUANXI_SANITIZER_OPTIONS
  "ASAN_OPTIONS=detect_stack_use_after_return=1:check_initialization_order=1:strict_string_checks=1"
  "UBSAN_OPTIONS=print_stacktrace=1"
  "TSAN_OPTIONS=second_deadlock_stack=1:suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp")

#   guanxi_test(NAME SOURCES a.cc ... [USES lib ...] [LINKS target ...] [LABELS unit|property|...])
# A Boost.Test program; the file tests/support/test_main.cc gives it main(). The target tests_LABEL builds all that carry a label.
function(guanxi_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;USES;LINKS;LABELS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(GUANXI_SANITIZE)
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")  # what sanitizers watch is several times slower
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE BOOST_TEST_DYN_LINK GUANXI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(${name} PRIVATE guanxi_${used})
  endforeach()
  target_link_libraries(${name} PRIVATE Boost::unit_test_framework ${ARG_LINKS})
  target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/test_main.cc)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/support/test_main.cc PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  if(GUANXI_SANITIZE STREQUAL thread)
    target_link_libraries(${name} PRIVATE tests_made_visible)
  endif()
  guanxi_compile_together(${name})
  if(NOT property IN_LIST ARG_LABELS)
    guanxi_compile_quickly(${name})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${GUANXI_SANITIZER_OPTIONS}")
  foreach(label IN LISTS ARG_LABELS)
    if(NOT TARGET tests_${label})
      add_custom_target(tests_${label})
    endif()
    add_dependencies(tests_${label} ${name})
  endforeach()
endfunction()
